using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>A row with its output columns, computed when they are read and once for each text.</summary>
internal sealed class FeatureRow(OutputBinding binding, DataViewRow source, bool[] active) : DataViewRow
{
    private readonly Func<TextCodes>? _current = binding.IsOutputActive(active) ? Codes(binding, source) : null;

    public override DataViewSchema Schema => binding.Schema;

    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        binding.CheckActive(column, active);
        return binding.IsOutput(column)
            ? binding.OutputGetter<TValue>(column, _current!)
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

    /// <summary>The codes of the source's current text.</summary>
    private static Func<TextCodes> Codes(OutputBinding binding, DataViewRow source)
    {
        var read = binding.TextGetter(source);
        ReadOnlyMemory<char> text = default;
        (string Text, TextCodes Codes)? last = null;
        return () =>
        {
            read(ref text);
            if (last is not { } known || !text.Span.SequenceEqual(known.Text))
            {
                var next = text.ToString();
                last = known = (next, binding.Output.Encode([next], false).Codes[0]);
            }

            return known.Codes;
        };
    }
}
