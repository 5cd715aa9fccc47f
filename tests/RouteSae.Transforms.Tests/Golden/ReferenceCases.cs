using Xunit;

namespace RouteSae.Tests.Golden;

/// <summary>The cases of tests/golden/sae that have a forward pass and a training run.</summary>
public static class ReferenceCases
{
    /// <summary>All of them.</summary>
    public static TheoryData<string> All { get; } = new(
        Directory.GetFiles(RepositoryFiles.Golden("sae"), "*_a.safetensors").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));

    /// <summary>Those of a RouteSAE.</summary>
    public static TheoryData<string> Routed { get; } = new("routesae_sum_hard_a", "routesae_sum_soft_a", "routesae_mean_hard_a", "routesae_mean_soft_a");
}
