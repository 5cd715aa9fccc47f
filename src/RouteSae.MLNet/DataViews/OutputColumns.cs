using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.DataViews;

/// <summary>What the data views need to know of the transformer: the columns that it adds and how texts are encoded for them.</summary>
/// <param name="InputName">The text column that is read.</param>
/// <param name="Columns">The columns that are added, in order.</param>
/// <param name="WindowSize">The most rows that are read ahead and encoded together.</param>
/// <param name="Encode">Texts to codes, in order; thread-safe. True where the texts may be kept for further passes.</param>
/// <param name="Warn">Tells the user something once.</param>
internal sealed record OutputColumns(
    string InputName,
    IReadOnlyList<OutputColumn> Columns,
    int WindowSize,
    Func<IReadOnlyList<string?>, bool, EncodedTexts> Encode,
    Action<string> Warn)
{
    /// <summary>The rows of a cursor's first window; each following one is twice as large, up to <see cref="WindowSize"/>.</summary>
    public int FirstWindowSize { get; init; } = 1;
}
