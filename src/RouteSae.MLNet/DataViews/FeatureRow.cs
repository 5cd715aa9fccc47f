using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>A row with its features, computed when they are read and once for each text.</summary>
internal sealed class FeatureRow(OutputBinding binding, DataViewRow source, bool[] active) : DataViewRow
{
    public override DataViewSchema Schema => binding.Schema;

    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        binding.CheckActive(column, active);
        return binding.IsOutput(column)
            ? OutputBinding.As<TValue>(FeatureGetter(), column)
            : source.GetGetter<TValue>(source.Schema[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private ValueGetter<VBuffer<float>> FeatureGetter()
    {
        var read = binding.TextGetter(source);
        var length = binding.Column.Type.Size;
        ReadOnlyMemory<char> text = default;
        string? last = null;
        var features = FeatureVector.Empty;
        return (ref VBuffer<float> value) =>
        {
            read(ref text);
            if (last is null || !text.Span.SequenceEqual(last))
            {
                var next = text.ToString();
                features = binding.Column.Encode([next])[0];
                last = next;
            }

            features.CopyTo(length, ref value);
        };
    }
}
