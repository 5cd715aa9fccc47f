using RouteSae.LanguageModels;
using RouteSae.TinyModel;
using RouteSae.Tokens;

namespace RouteSae.PaperComparison;

/// <summary>The language model that RouteSae.TinyModel embeds, whole, with its tokenizer. Owns the model.</summary>
internal sealed class EmbeddedLanguageModel : IDisposable
{
    private EmbeddedLanguageModel(DecoderModel model, TextTokenizer tokenizer) => (Model, Tokenizer) = (model, tokenizer);

    public DecoderModel Model { get; }

    public TextTokenizer Tokenizer { get; }

    /// <summary>Loads it, by way of a temporary folder.</summary>
    public static EmbeddedLanguageModel Load(Precision precision)
    {
        var folder = Directory.CreateTempSubdirectory("routesae-");
        try
        {
            TinyModelFiles.CopyLanguageModel(folder.FullName);
            return new EmbeddedLanguageModel(
                DecoderModel.Load(folder.FullName, new DecoderLoadOptions { Precision = precision }), TextTokenizer.Load(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose() => Model.Dispose();
}
