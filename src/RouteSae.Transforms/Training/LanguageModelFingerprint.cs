using System.Security.Cryptography;
using RouteSae.LanguageModels;
using RouteSae.Storage;
using TorchSharp;

namespace RouteSae.Training;

/// <summary>Tells language models apart: a hash of the first row of each weight that hidden states depend on, quick whatever the size of the model.</summary>
internal static class LanguageModelFingerprint
{
    private const int Digits = 16;

    /// <param name="model">The model.</param>
    /// <param name="highestHiddenState">Layers above it do not count.</param>
    public static string Of(DecoderModel model, int highestHiddenState)
    {
        using var scope = torch.NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var weight in model.Layers.Take(highestHiddenState).SelectMany(layer => layer.Parameters).Prepend(model.Embedding))
            TensorChunks.VisitRowMajor(weight.detach().narrow(0, 0, 1), bytes => hash.AppendData(bytes));
        return $"{model.Config.ModelType}, {model.Type}, {Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits]}";
    }
}
