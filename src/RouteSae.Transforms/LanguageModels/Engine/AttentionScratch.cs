namespace RouteSae.LanguageModels.Engine;

/// <summary>What one thread needs for a block of queries.</summary>
internal sealed unsafe class AttentionScratch
{
    private readonly GrowingNumbers _queries = new();
    private readonly GrowingNumbers _scores = new();
    private readonly GrowingNumbers _sums = new();

    /// <summary>1 / the sum of the weights, one a query.</summary>
    public float[] Scales { get; } = new float[16];

    public float* Queries(long count) => _queries.AtLeast(count);

    public float* Scores(long count) => _scores.AtLeast(count);

    public float* Sums(long count) => _sums.AtLeast(count);
}
