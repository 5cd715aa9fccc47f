namespace RouteSae.LanguageModels.Engine;

/// <summary>The tables of one kind of layers, made when a text first needs them and kept. Safe for concurrent use.</summary>
internal sealed class RotaryTableCache(RotaryAngles angles)
{
    private const int LeastPositions = 256;
    private const int KeptKinds = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, RotaryTable> _tables = [];

    /// <summary>The table for texts of a length; has at least so many positions.</summary>
    public RotaryTable For(int length)
    {
        var kind = angles.KindOf(length);
        lock (_gate)
        {
            if (_tables.TryGetValue(kind, out var table) && table.Positions >= length)
            {
                return table;
            }

            if (_tables.Count >= KeptKinds)
            {
                _tables.Clear();
            }

            // A table of a growing length doubles, so that it is not made anew for every length.
            var positions = kind == length ? length : Math.Max(length, LeastPositions);
            return _tables[kind] = new RotaryTable(angles.For(length), angles.Factor, Math.Max(positions, 2 * (table?.Positions ?? 0)));
        }
    }
}
