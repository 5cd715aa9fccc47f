using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Objectives;

/// <summary>Small models of every architecture with random float64 parameters that record gradients, D = 5, M = 12, K = 3, and something to read.</summary>
internal static class Float64Models
{
    public const int HiddenSize = 5;
    public const int Latents = 12;

    public static IReadOnlyList<int> HiddenStates { get; } = [1, 2, 3];

    public static Tensor[] Activations(int layers)
    {
        var generator = new Generator(11);
        return [.. Enumerable.Range(0, layers).Select(_ => randn(9, HiddenSize, dtype: ScalarType.Float64, generator: generator))];
    }

    /// <summary>A model.</summary>
    /// <param name="kind">ReLU, Gated, JumpReLU, TopK, MLSAE, Random or Crosscoder.</param>
    /// <param name="fidelity">How it is computed.</param>
    public static AutoencoderModel Create(string kind, Fidelity fidelity)
    {
        var generator = new Generator(7);
        AutoencoderModel model = kind switch
        {
            "Crosscoder" => Crosscoder(fidelity, generator),
            "MLSAE" => new MultiLayerModel(TopK(fidelity, generator), HiddenStates),
            "Random" => new RandomLayerModel(TopK(fidelity, generator), HiddenStates, seed: 5),
            _ => new SingleLayerModel(Autoencoder(kind, fidelity, generator), hiddenState: 2),
        };
        return WithGradients(model);
    }

    public static RouteSaeModel RouteSae(RouteSaeArchitecture architecture)
    {
        var generator = new Generator(7);
        var tensors = SingleActivation(generator).ToDictionary(pair => $"sae.{pair.Key}", pair => pair.Value);
        tensors["router.weight"] = Random(generator, 0.3, architecture.RoutedHiddenStates.Count, HiddenSize);
        return (RouteSaeModel)WithGradients(RouteSaeModel.FromTensors(architecture, tensors));
    }

    private static AutoencoderModel WithGradients(AutoencoderModel model)
    {
        foreach (var parameter in model.Parameters.Where(parameter => parameter.IsTrained))
            parameter.Value.requires_grad_(true);
        return model;
    }

    private static SparseAutoencoder Autoencoder(string kind, Fidelity fidelity, Generator generator)
    {
        var plain = new AutoencoderArchitecture { HiddenSize = HiddenSize, Latents = Latents, Fidelity = fidelity };
        return kind switch
        {
            "ReLU" => ReluAutoencoder.FromTensors(plain, SingleActivation(generator)),
            "Gated" => GatedAutoencoder.FromTensors(plain, new Dictionary<string, Tensor>(SingleActivation(generator))
            {
                ["gate_bias"] = Random(generator, 0.2, Latents),
                ["mag_bias"] = Random(generator, 0.2, Latents),
                ["r_mag"] = Random(generator, 0.3, Latents),
            }),
            // A wide window, so that every threshold has pre-activations in it.
            "JumpReLU" => JumpReluAutoencoder.FromTensors(
                new JumpReluArchitecture { HiddenSize = HiddenSize, Latents = Latents, Bandwidth = 0.8, Fidelity = fidelity },
                new Dictionary<string, Tensor>(SingleActivation(generator)) { ["threshold"] = Random(generator, 0.1, Latents).abs() + 0.2 }),
            "BatchTopK" => BatchTopKAutoencoder.Definition.FromTensors(
                new TopKArchitecture { HiddenSize = HiddenSize, Latents = Latents, ActiveLatents = 3 }, WithThreshold(generator)),
            "Matryoshka" => MatryoshkaBatchTopKAutoencoder.Definition.FromTensors(
                new MatryoshkaArchitecture { HiddenSize = HiddenSize, Latents = Latents, ActiveLatents = 3, Prefixes = [2, 5, Latents] }, WithThreshold(generator)),
            _ => TopK(fidelity, generator),
        };
    }

    private static Dictionary<string, Tensor> WithThreshold(Generator generator) =>
        new(SingleActivation(generator)) { ["threshold"] = zeros(1, dtype: ScalarType.Float64) };

    private static TopKAutoencoder TopK(Fidelity fidelity, Generator generator) => TopKAutoencoder.FromTensors(
        new TopKArchitecture { HiddenSize = HiddenSize, Latents = Latents, ActiveLatents = 3, Fidelity = fidelity }, SingleActivation(generator));

    private static CrosscoderModel Crosscoder(Fidelity fidelity, Generator generator)
    {
        var tensors = new Dictionary<string, Tensor> { ["latent_bias"] = Random(generator, 0.1, Latents) };
        for (var place = 0; place < HiddenStates.Count; place++)
        {
            tensors[$"encoder.{place}.weight"] = Random(generator, 0.4, Latents, HiddenSize);
            tensors[$"decoder.{place}.weight"] = Random(generator, 0.5, HiddenSize, Latents);
        }
        return CrosscoderModel.FromTensors(
            new CrosscoderArchitecture { HiddenSize = HiddenSize, Latents = Latents, HiddenStates = HiddenStates, Fidelity = fidelity }, tensors);
    }

    private static Dictionary<string, Tensor> SingleActivation(Generator generator) => new()
    {
        ["pre_bias"] = Random(generator, 0.1, HiddenSize),
        ["latent_bias"] = Random(generator, 0.1, Latents),
        ["encoder.weight"] = Random(generator, 0.5, Latents, HiddenSize),
        ["decoder.weight"] = Random(generator, 0.5, HiddenSize, Latents),
    };

    private static Tensor Random(Generator generator, double scale, params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator) * scale;
}
