namespace RouteSae.Tokens;

/// <summary>The special tokens put before and after the tokens of a text.</summary>
internal sealed record SpecialTokenFrame(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static SpecialTokenFrame Empty { get; } = new([], []);

    public SpecialTokenFrame Within(SpecialTokenFrame outer) =>
        new([.. outer.Before, .. Before], [.. After, .. outer.After]);

    /// <summary>Begins with <paramref name="begin"/> where wanted, and only there; null leaves it as it is.</summary>
    public SpecialTokenFrame WithBegin(int? begin, bool? wanted) => (wanted, Has: begin is { } id && Before.Contains(id)) switch
    {
        (true, false) => this with { Before = [begin!.Value, .. Before] },
        (false, true) => this with { Before = [.. Before.Where(token => token != begin)] },
        _ => this,
    };

    /// <summary>Ends with <paramref name="end"/> where wanted, and only there; null leaves it as it is.</summary>
    public SpecialTokenFrame WithEnd(int? end, bool? wanted) => (wanted, Has: end is { } id && After.Contains(id)) switch
    {
        (true, false) => this with { After = [.. After, end!.Value] },
        (false, true) => this with { After = [.. After.Where(token => token != end)] },
        _ => this,
    };
}
