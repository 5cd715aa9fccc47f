namespace RouteSae.Published;

/// <summary>What an exported folder says of the language model and its texts. SAELens computes the same whatever stands here.</summary>
public sealed class SaeLensExportOptions
{
    /// <summary>The language model's name in TransformerLens, such as <c>gpt2-small</c>.</summary>
    public required string LanguageModel { get; set; }

    /// <summary>The tokens of a training text. Default null: not said.</summary>
    public int? ContextLength { get; set; }

    /// <summary>Whether texts begin with the begin-of-sequence token. Default true.</summary>
    public bool PrependsBeginOfSequence { get; set; } = true;

    /// <summary>The data set that the autoencoder was trained on. Default null: not said.</summary>
    public string? Dataset { get; set; }
}
