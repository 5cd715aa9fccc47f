using RouteSae.LanguageModels;
using RouteSae.Native;
using TorchSharp;

namespace RouteSae.Features;

/// <summary>Settings of a <see cref="TextFeaturizer"/>.</summary>
public sealed class TextFeaturizerOptions
{
    /// <summary>The most tokens of a text that are read, special tokens included. Null, the default, or more than the bundle's context: the bundle's context.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>The most tokens in one pass of the language model, padding included, at least 1. Default: 4096. A longer text passes alone.</summary>
    public int TokensPerBatch { get; set; } = 4096;

    /// <summary>
    /// The type in which the language model computes. Default: <see cref="LanguageModels.Precision.Float32"/>, which gives the same
    /// features on every processor up to rounding. Brain floats are faster where the processor has them and shift the features a little.
    /// </summary>
    public Precision Precision { get; set; } = Precision.Float32;

    /// <summary>Where the networks compute. Default: the CPU.</summary>
    public torch.Device Device { get; set; } = TorchRuntime.Cpu;

    /// <summary>Called once, with the first text that has more tokens than are read. Null, the default: nobody is told.</summary>
    public Action<TruncatedText>? FirstTruncated { get; set; }
}
