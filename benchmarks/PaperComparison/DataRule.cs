namespace RouteSae.PaperComparison;

/// <summary>How texts become batches of hidden states.</summary>
internal enum DataRule
{
    /// <summary>Packed windows, windows and tokens mixed, special tokens left out: the default of <see cref="RouteSae.Training.Sources.TextActivationSource"/>.</summary>
    PackedAndMixed,

    /// <summary>The same, trained on special tokens too.</summary>
    SpecialTokens,

    /// <summary>Packed windows in the order of the texts, tokens in the order of the windows.</summary>
    PackedInOrder,

    /// <summary>The authors' sequences, which cut and pad texts, in order; padding and special tokens left out.</summary>
    ReferenceMasked,

    /// <summary>The authors' sequences as they train on them: padding and special tokens are tokens like any other.</summary>
    Reference,
}
