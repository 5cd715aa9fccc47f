using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests;

/// <summary>A row with a column of every kind that cursors must pass on.</summary>
public sealed class Article
{
    public string? Text { get; set; }

    public string Label { get; set; } = "";

    public float Number { get; set; }

    [VectorType(3)]
    public float[] Vector { get; set; } = [0, 0, 0];

    public static List<Article> Many(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Article
        {
            Text = $"word{i % 7} word{i % 5} text number {i}",
            Label = $"class{i % 3}",
            Number = i,
            Vector = [i, i + 1, i + 2],
        })];
}
