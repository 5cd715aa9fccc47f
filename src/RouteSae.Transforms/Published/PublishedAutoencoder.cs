using RouteSae.Autoencoders;
using RouteSae.Tensors;
using RouteSae.Tokens;

namespace RouteSae.Published;

/// <summary>An autoencoder that others published, computing what their code computes. docs/published-autoencoders.md says what is read and what is refused. Owns the model.</summary>
public sealed class PublishedAutoencoder : IDisposable
{
    private const int FoldersShown = 3;

    internal const string Config = "cfg.json";

    /// <summary>Whose folder it was.</summary>
    public required PublishedFormat Format { get; init; }

    /// <summary>The autoencoder and the hidden state that it reads. Its <see cref="Fidelity"/> is <see cref="Fidelity.Corrected"/>.</summary>
    public required SingleLayerModel Model { get; init; }

    /// <summary>The language model as the publisher calls it, which need not be its name on the Hugging Face hub; null when the folder does not say.</summary>
    public string? LanguageModel { get; init; }

    /// <summary>The tokens of a training text; null when the folder does not say.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Whether training texts began with the begin-of-sequence token (<see cref="SpecialTokenPolicy.Begin"/>); null when the folder does not say.</summary>
    public bool? PrependsBeginOfSequence { get; init; }

    /// <summary>What could not be taken over, or has to be checked, in sentences; empty when there is nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads a SAELens or a sparsify folder of one autoencoder.</summary>
    /// <param name="folder">The folder with <c>cfg.json</c>.</param>
    /// <param name="options">What the folder may not tell; the defaults when null.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="PublishedFormatException">It is neither, damaged, or holds something that our models do not compute.</exception>
    /// <exception cref="SafetensorsFormatException">The weights are no safetensors file.</exception>
    public static PublishedAutoencoder Load(string folder, PublishedAutoencoderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new PublishedAutoencoderOptions();
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The autoencoder's folder '{folder}' does not exist.");
        if (!File.Exists(Path.Combine(folder, Config)))
            throw NoConfig(folder);
        if (File.Exists(Path.Combine(folder, SaeLensFolder.Weights)))
            return SaeLensFolder.Load(folder, options);
        if (File.Exists(Path.Combine(folder, SparsifyFolder.Weights)))
            return SparsifyFolder.Load(folder, options);
        throw new PublishedFormatException(
            $"'{folder}' holds neither {SaeLensFolder.Weights} (SAELens) nor {SparsifyFolder.Weights} (sparsify) beside {Config}. Weights that are a Python pickle are not read: convert them to safetensors.");
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => Model.Dispose();

    private static PublishedFormatException NoConfig(string folder)
    {
        var parts = Directory.EnumerateDirectories(folder)
            .Where(part => File.Exists(Path.Combine(part, Config))).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        var advice = parts.Count == 0
            ? "Name the folder of one autoencoder."
            : $"{parts.Count} folders in it do, such as {string.Join(", ", parts.Take(FoldersShown))}: name one of them.";
        return new PublishedFormatException($"'{folder}' has no {Config}. {advice}");
    }
}
