namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>The trait of the tests that <see cref="PortabilityTests"/> runs once more for each kind of processor.</summary>
internal static class KernelCategory
{
    public const string Trait = "Category";
    public const string Name = "Kernels";
}
