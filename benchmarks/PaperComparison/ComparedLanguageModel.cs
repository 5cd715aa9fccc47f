using RouteSae.LanguageModels;
using RouteSae.TinyModel;
using RouteSae.Tokens;

namespace RouteSae.PaperComparison;

/// <summary>The language model under the autoencoders, whole, with its tokenizer. Owns the model.</summary>
internal sealed class ComparedLanguageModel : IDisposable
{
    private ComparedLanguageModel(DecoderModel model, TextTokenizer tokenizer) => (Model, Tokenizer) = (model, tokenizer);

    public DecoderModel Model { get; }

    public TextTokenizer Tokenizer { get; }

    /// <summary>Loads a checkpoint folder, or the model that RouteSae.TinyModel embeds, by way of a temporary folder.</summary>
    public static ComparedLanguageModel Load(string? checkpoint, Precision precision)
    {
        if (checkpoint is not null)
            return Read(checkpoint, precision);
        var folder = Directory.CreateTempSubdirectory("routesae-");
        try
        {
            TinyModelFiles.CopyLanguageModel(folder.FullName);
            return Read(folder.FullName, precision);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose() => Model.Dispose();

    private static ComparedLanguageModel Read(string folder, Precision precision) =>
        new(DecoderModel.Load(folder, new DecoderLoadOptions { Precision = precision }), TextTokenizer.Load(folder));
}
