using RouteSae.Kernels.Products;
using RouteSae.LanguageModels.Engine;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>The tensors of a checkpoint for the managed engine.</summary>
internal sealed class TensorWeights(ITensorSource source) : IWeightSource
{
    public string Location => source.Location;

    public IReadOnlyCollection<string> Names => source.Names;

    public bool Contains(string name) => source.Contains(name);

    public StoredWeight Describe(string name)
    {
        var entry = source.Entry(name);
        NumberFormat? format = entry.Type switch
        {
            ScalarType.Float64 => NumberFormat.Float64,
            ScalarType.Float32 => NumberFormat.Float32,
            ScalarType.Float16 => NumberFormat.Float16,
            ScalarType.BFloat16 => NumberFormat.BFloat16,
            _ => null,
        };
        return new StoredWeight(format, entry.Type.ToString(), entry.Shape);
    }

    public void Read(string name, long first, int count, Span<byte> target)
    {
        var entry = source.Entry(name);
        using var rows = empty([count, .. entry.Shape.Skip(1)], entry.Type);
        source.CopyRows(name, first, rows);
        rows.bytes.CopyTo(target);
    }
}
