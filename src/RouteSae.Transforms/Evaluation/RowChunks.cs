namespace RouteSae.Evaluation;

/// <summary>Cuts the rows of a matrix into parts that are small enough to be held in float64.</summary>
internal static class RowChunks
{
    private const long NumbersOfChunk = 1 << 20;

    /// <summary>Where each part begins, and how many rows it has.</summary>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="width">Numbers of a row.</param>
    public static IEnumerable<(long First, long Count)> Of(long rows, long width)
    {
        var step = Math.Max(1, NumbersOfChunk / Math.Max(1, width));
        for (var first = 0L; first < rows; first += step)
            yield return (first, Math.Min(step, rows - first));
    }
}
