using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>W · x + b.</summary>
/// <param name="Matrix">W.</param>
/// <param name="Bias">b, filled up with zeros to whole panels; null without.</param>
internal sealed record EngineProjection(PackedMatrix Matrix, AlignedNumbers<float>? Bias)
{
    /// <summary>Numbers of a row of the result: the outputs, filled up to whole panels.</summary>
    public int Stride => Matrix.Panels * PackedMatrix.PanelWidth;
}
