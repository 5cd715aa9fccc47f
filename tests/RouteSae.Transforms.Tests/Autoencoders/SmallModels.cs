using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

/// <summary>New models of every architecture, D = 8, M = 20, K = 6, that read hidden states 1 to 3, and activations for them.</summary>
public static class SmallModels
{
    internal const int HiddenSize = 8;
    internal const int Latents = 20;

    private static readonly string[] s_kinds = ["RouteSAE", "ReLU", "Gated", "JumpReLU", "TopK", "MLSAE", "Random", "Crosscoder", "BatchTopK", "Matryoshka"];

    internal static IReadOnlyList<int> HiddenStates { get; } = [1, 2, 3];

    /// <summary>Every architecture.</summary>
    public static TheoryData<string> Kinds { get; } = new(s_kinds);

    /// <summary>Every architecture under both fidelities.</summary>
    public static TheoryData<string, Fidelity> KindsAndFidelities { get; } = Both();

    internal static AutoencoderModel Create(string kind, Fidelity fidelity = Fidelity.Corrected, int seed = 4, int hiddenSize = HiddenSize, int latents = Latents)
    {
        var plain = new AutoencoderArchitecture { HiddenSize = hiddenSize, Latents = latents, Fidelity = fidelity };
        var topK = new TopKArchitecture { HiddenSize = hiddenSize, Latents = latents, ActiveLatents = 6, Fidelity = fidelity };
        var jumpRelu = new JumpReluArchitecture { HiddenSize = hiddenSize, Latents = latents, InitialThreshold = 0.1, Fidelity = fidelity };
        var crosscoder = new CrosscoderArchitecture { HiddenSize = hiddenSize, Latents = latents, HiddenStates = HiddenStates, Fidelity = fidelity };
        var routeSae = new RouteSaeArchitecture { HiddenSize = hiddenSize, Latents = latents, ActiveLatents = 6, RoutedHiddenStates = HiddenStates, Fidelity = fidelity };
        var matryoshka = new MatryoshkaArchitecture { HiddenSize = hiddenSize, Latents = latents, ActiveLatents = 6, Prefixes = [latents / 4, latents] };
        return kind switch
        {
            "RouteSAE" => RouteSaeModel.Create(routeSae, seed),
            "Crosscoder" => CrosscoderModel.Create(crosscoder, seed),
            "MLSAE" => new MultiLayerModel(TopKAutoencoder.Create(topK, seed), HiddenStates),
            "Random" => new RandomLayerModel(TopKAutoencoder.Create(topK, seed), HiddenStates, seed),
            "BatchTopK" => new SingleLayerModel(BatchTopKAutoencoder.Definition.Create(topK, seed), hiddenState: 2),
            "Matryoshka" => new SingleLayerModel(MatryoshkaBatchTopKAutoencoder.Definition.Create(matryoshka, seed), hiddenState: 2),
            "TopK" => new SingleLayerModel(TopKAutoencoder.Create(topK, seed), hiddenState: 2),
            "ReLU" => new SingleLayerModel(ReluAutoencoder.Create(plain, seed), hiddenState: 2),
            "Gated" => new SingleLayerModel(GatedAutoencoder.Create(plain, seed), hiddenState: 2),
            "JumpReLU" => new SingleLayerModel(JumpReluAutoencoder.Create(jumpRelu, seed), hiddenState: 2),
            _ => throw new NotSupportedException(kind),
        };
    }

    /// <summary>What a model reads of some tokens, in the caller's scope.</summary>
    internal static Tensor[] Activations(AutoencoderModel model, int tokens, ulong seed = 9)
    {
        using var generator = new Generator(seed);
        return [.. model.HiddenStates.Select(index => (randn(tokens, model.HiddenSize, generator: generator) * index) + 0.3)];
    }

    internal static bool HasPenalty(string kind) => kind is "ReLU" or "Gated" or "JumpReLU" or "Crosscoder";

    private static TheoryData<string, Fidelity> Both()
    {
        var data = new TheoryData<string, Fidelity>();
        foreach (var kind in s_kinds)
        {
            if (kind is not ("BatchTopK" or "Matryoshka"))
                data.Add(kind, Fidelity.Reference);
            data.Add(kind, Fidelity.Corrected);
        }
        return data;
    }
}
