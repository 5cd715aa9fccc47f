using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Evaluation;

/// <summary>Autoencoders that reconstruct exactly: two latents for each component, one for each sign.</summary>
internal static class PerfectModels
{
    public static readonly string[] Names = ["single", "unscaled", "centered", "constant norm", "routed", "multi", "random", "crosscoder"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="hiddenSize">D.</param>
    /// <param name="hiddenStates">What it reads; a single-layer model reads the first.</param>
    /// <param name="fidelity">How it computes.</param>
    public static AutoencoderModel Create(string name, int hiddenSize, int[] hiddenStates, Fidelity fidelity = Fidelity.Corrected)
    {
        using var scope = NewDisposeScope();
        var topK = new TopKArchitecture { HiddenSize = hiddenSize, Latents = 2 * hiddenSize, ActiveLatents = hiddenSize, Fidelity = fidelity };
        var tensors = Tensors(hiddenSize);
        return name switch
        {
            "single" => Single(hiddenSize, hiddenStates, fidelity, HiddenStateScaling.PerToken),
            "unscaled" => Single(hiddenSize, hiddenStates, fidelity, HiddenStateScaling.None),
            "centered" => Single(hiddenSize, hiddenStates, fidelity, HiddenStateScaling.Centered),
            "constant norm" => Single(hiddenSize, hiddenStates, fidelity, HiddenStateScaling.CenteredConstantNorm),
            "routed" => Routed(hiddenSize, hiddenStates, fidelity, RoutingMode.Hard),
            "soft" => Routed(hiddenSize, hiddenStates, fidelity, RoutingMode.Soft),
            "multi" => new MultiLayerModel(TopKAutoencoder.FromTensors(topK, tensors), hiddenStates),
            "random" => new RandomLayerModel(TopKAutoencoder.FromTensors(topK, tensors), hiddenStates, seed: 5),
            "crosscoder" => Crosscoder(hiddenSize, hiddenStates, fidelity),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    private static SingleLayerModel Single(int hiddenSize, int[] hiddenStates, Fidelity fidelity, HiddenStateScaling scaling)
    {
        var architecture = new AutoencoderArchitecture { HiddenSize = hiddenSize, Latents = 2 * hiddenSize, Fidelity = fidelity };
        return new SingleLayerModel(ReluAutoencoder.FromTensors(architecture, Tensors(hiddenSize)), hiddenStates[0], scaling);
    }

    private static RouteSaeModel Routed(int hiddenSize, int[] hiddenStates, Fidelity fidelity, RoutingMode mode)
    {
        using var generator = new Generator(4);
        var tensors = Tensors(hiddenSize).ToDictionary(pair => "sae." + pair.Key, pair => pair.Value);
        tensors["router.weight"] = randn([hiddenStates.Length, hiddenSize], generator: generator) * 0.2;
        return RouteSaeModel.FromTensors(
            new RouteSaeArchitecture
            {
                HiddenSize = hiddenSize,
                RoutedHiddenStates = hiddenStates,
                Latents = 2 * hiddenSize,
                ActiveLatents = hiddenSize,
                Fidelity = fidelity,
                Mode = mode,
            }, tensors);
    }

    private static CrosscoderModel Crosscoder(int hiddenSize, int[] hiddenStates, Fidelity fidelity)
    {
        var block = 2 * hiddenSize;
        var latents = hiddenStates.Length * block;
        var tensors = new Dictionary<string, Tensor> { ["latent_bias"] = zeros(latents) };
        for (var place = 0; place < hiddenStates.Length; place++)
        {
            var encoder = zeros(latents, hiddenSize);
            encoder.narrow(0, place * block, block).copy_(Signs(hiddenSize));
            tensors[$"encoder.{place}.weight"] = encoder;
            tensors[$"decoder.{place}.weight"] = encoder.t();
        }
        return CrosscoderModel.FromTensors(
            new CrosscoderArchitecture { HiddenSize = hiddenSize, Latents = latents, HiddenStates = hiddenStates, Fidelity = fidelity }, tensors);
    }

    private static Dictionary<string, Tensor> Tensors(int hiddenSize) => new()
    {
        ["encoder.weight"] = Signs(hiddenSize),
        ["decoder.weight"] = Signs(hiddenSize).t(),
        ["pre_bias"] = zeros(hiddenSize),
        ["latent_bias"] = zeros(2 * hiddenSize),
    };

    /// <summary>[2 D, D].</summary>
    private static Tensor Signs(int hiddenSize) => cat([eye(hiddenSize), -eye(hiddenSize)], 0);
}
