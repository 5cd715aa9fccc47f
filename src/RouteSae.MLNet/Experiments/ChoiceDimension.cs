namespace RouteSae.MLNet.Experiments;

/// <summary>An option with a list of values.</summary>
internal sealed class ChoiceDimension(OptionPath path, IReadOnlyList<object?> values) : SearchDimension(path)
{
    public override object? Start(RouteSaeOptions options)
    {
        var set = Describe(Path.Read(options));
        return values.FirstOrDefault(value => Describe(value) == set, values[0]);
    }

    public override object? Draw(Random random) => values[random.Next(values.Count)];

    public override IReadOnlyList<object?> Grid(int steps) => values;
}
