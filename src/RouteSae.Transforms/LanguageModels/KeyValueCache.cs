namespace RouteSae.LanguageModels;

/// <summary>Keys and values of the positions seen so far, one <see cref="LayerCache"/> a layer.</summary>
internal sealed class KeyValueCache : IDisposable
{
    public KeyValueCache(int layers) => Layers = [.. Enumerable.Range(0, layers).Select(_ => new LayerCache())];

    public IReadOnlyList<LayerCache> Layers { get; }

    /// <summary>Positions held.</summary>
    public long Length => Layers[0].Length;

    /// <summary>Forgets all positions.</summary>
    public void Clear()
    {
        foreach (var layer in Layers)
            layer.Clear();
    }

    public void Dispose()
    {
        foreach (var layer in Layers)
            layer.Dispose();
    }
}
