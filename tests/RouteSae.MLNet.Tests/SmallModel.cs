using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.Tests;

/// <summary>A bundle in a folder of its own, with real networks that nobody has trained.</summary>
public sealed class SmallModel : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public SmallModel() => SmallBundle.Build().Save(Folder);

    public string Folder => _temporary.File("bundle");

    public string Path(string name) => _temporary.File(name);

    public void Dispose() => _temporary.Dispose();

    internal static FeatureVector[] Vectors(IDataView output) =>
        [.. output.GetColumn<VBuffer<float>>("Features").Select(vector => new FeatureVector(
            [.. vector.Items().Select(item => item.Key)], [.. vector.Items().Select(item => item.Value)]))];
}
