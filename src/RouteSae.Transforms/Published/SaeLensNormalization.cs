namespace RouteSae.Published;

/// <summary>SAELens's <c>normalize_activations</c>.</summary>
internal enum SaeLensNormalization
{
    None,
    ExpectedAverage,
    ConstantNorm,
    LayerNorm,
}
