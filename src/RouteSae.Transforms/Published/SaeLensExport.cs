using RouteSae.Autoencoders;
using RouteSae.Files;

namespace RouteSae.Published;

/// <summary>Writes our autoencoders as folders of SAELens 6.</summary>
public static class SaeLensExport
{
    /// <summary>
    /// Writes <c>cfg.json</c> and <c>sae_weights.safetensors</c>, in a folder that appears complete or not at all. Read back here, the
    /// folder gives the same weights, bit for bit.
    /// </summary>
    /// <param name="model">A <see cref="SingleLayerModel"/> with <see cref="Fidelity.Corrected"/>.</param>
    /// <param name="folder">The folder to write; one that holds a <c>cfg.json</c> is replaced.</param>
    /// <param name="options">What the file says of the language model and its texts.</param>
    /// <returns>What SAELens computes differently, in sentences; empty when nothing is.</returns>
    /// <exception cref="NotSupportedException">The format has no place for such a model; the message says why.</exception>
    /// <exception cref="IOException">The folder exists and holds other things, or cannot be written.</exception>
    public static IReadOnlyList<string> Save(AutoencoderModel model, string folder, SaeLensExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        var single = Expressible(model);
        AtomicFolder.Write(folder, replaceIfContains: PublishedAutoencoder.Config, temporary =>
        {
            SaeLensWriter.WriteWeights(single.Autoencoder, Path.Combine(temporary, SaeLensFolder.Weights));
            AtomicFile.Write(Path.Combine(temporary, PublishedAutoencoder.Config), stream => stream.Write(SaeLensWriter.Config(single, options)));
        });
        return single.Scaling == HiddenStateScaling.PerToken
            ? ["SAELens's layer_norm divides by std + 1e-5, where this model was trained with std + 1e-6, and multiplies by std on the way back: its inputs are smaller by 9e-6 / std."]
            : [];
    }

    private static SingleLayerModel Expressible(AutoencoderModel model) => model switch
    {
        SingleLayerModel { Fidelity: Fidelity.Reference } => throw new NotSupportedException(
            "SAELens has no negative activations, which Fidelity.Reference keeps. Load the model with Fidelity.Corrected and look at its codes before exporting it."),
        SingleLayerModel single => single,
        RouteSaeModel => throw new NotSupportedException(
            "A RouteSAE reads, of each token, the hidden state that its router chooses; an autoencoder of SAELens reads one hook and has no router. Only an autoencoder of one hidden state (SingleLayerModel) can be exported."),
        _ => throw new NotSupportedException(
            $"{model.Description} reads several hidden states; an autoencoder of SAELens reads one hook. Only an autoencoder of one hidden state (SingleLayerModel) can be exported."),
    };
}
