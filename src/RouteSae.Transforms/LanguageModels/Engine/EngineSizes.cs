using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>Rows in memory are filled up to whole panels.</summary>
internal static class EngineSizes
{
    public static int Filled(int count) => (count + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth * PackedMatrix.PanelWidth;
}
