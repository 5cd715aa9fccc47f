using Xunit;

namespace RouteSae.Tests.Golden;

/// <summary>The cases of tests/golden/sae, by what they hold.</summary>
public static class ReferenceCases
{
    private static readonly string[] s_names =
    [
        .. Directory.GetFiles(RepositoryFiles.Golden("sae"), "*.safetensors").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Those with a forward pass and a training run.</summary>
    public static TheoryData<string> All { get; } = new(s_names.Where(name => name != "functions" && !IsAtScale(name)));

    /// <summary>Those of a RouteSAE.</summary>
    public static TheoryData<string> Routed { get; } = new(s_names.Where(name => name.StartsWith("routesae_", StringComparison.Ordinal)));

    /// <summary>Those at the sizes of real use, whose inputs are generated.</summary>
    public static TheoryData<string> AtScale { get; } = new(s_names.Where(IsAtScale));

    private static bool IsAtScale(string name) => name.StartsWith("scale_", StringComparison.Ordinal);
}
