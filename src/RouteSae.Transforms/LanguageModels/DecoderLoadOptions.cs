using RouteSae.Native;
using TorchSharp;

namespace RouteSae.LanguageModels;

/// <summary>How a checkpoint is loaded.</summary>
public sealed class DecoderLoadOptions
{
    /// <summary>Type of the weights and of all products. Default: <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; set; } = Precision.Auto;

    /// <summary>Where the model computes. Default: the CPU.</summary>
    public torch.Device Device { get; set; } = TorchRuntime.Cpu;

    /// <summary>
    /// The last hidden state that will be asked for; layers above it are not loaded, nor is the output head.
    /// Default: null, the whole model.
    /// </summary>
    public int? LastHiddenState { get; set; }
}
