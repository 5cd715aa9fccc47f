using RouteSae.Autoencoders;

namespace RouteSae.Benchmarks.Work;

/// <summary>Equal models, one for each way to compute. Owns them.</summary>
internal sealed class PathModels : IDisposable
{
    private const int Seed = 16;

    public PathModels(RouteSaeArchitecture architecture) =>
        All = [.. Enum.GetValues<ComputePath>().Select(path => Create(architecture, path))];

    /// <summary>In the order of <see cref="ComputePath"/>.</summary>
    public IReadOnlyList<RouteSaeModel> All { get; }

    public static RouteSaeModel Create(RouteSaeArchitecture architecture, ComputePath path)
    {
        var model = RouteSaeModel.Create(architecture, Seed);
        model.Path = path;
        return model;
    }

    public void Dispose()
    {
        foreach (var model in All)
            model.Dispose();
    }
}
