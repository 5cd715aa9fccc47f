using System.Security.Cryptography;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Training.Checkpoints;

/// <summary>Tells models apart: a hash of the first row of each weight, quick whatever their size.</summary>
internal static class WeightFingerprint
{
    private const int Digits = 16;

    /// <summary>What hidden states depend on.</summary>
    /// <param name="model">The language model.</param>
    /// <param name="highestHiddenState">Layers above it do not count.</param>
    public static string Of(DecoderModel model, int highestHiddenState) =>
        Of(model.Layers.Take(highestHiddenState).SelectMany(layer => layer.Parameters).Prepend(model.Embedding));

    /// <summary>Some weights, in their order.</summary>
    public static string Of(IEnumerable<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var weight in weights)
            TensorChunks.VisitRowMajor(weight.detach().narrow(0, 0, 1), bytes => hash.AppendData(bytes));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits];
    }
}
