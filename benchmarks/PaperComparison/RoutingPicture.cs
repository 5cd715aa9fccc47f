using System.Globalization;
using System.Text;

namespace RouteSae.PaperComparison;

/// <summary>Routing shares as bars, an SVG: a row for each router, a group of bars for each hidden state, a bar for each seed.</summary>
internal static class RoutingPicture
{
    private const int RowHeight = 110;
    private const int BarsHeight = 80;
    private const int GroupWidth = 90;
    private const int Left = 150;

    /// <summary>Draws it.</summary>
    /// <param name="results">Results of models with a router.</param>
    /// <param name="hiddenStates">The numbers of the hidden states.</param>
    public static string Svg(IReadOnlyList<RunResult> results, IReadOnlyList<int> hiddenStates)
    {
        var rows = results.GroupBy(result => $"{result.Architecture}, K = {result.ActiveLatents}").ToArray();
        var (width, height) = (Left + hiddenStates.Count * GroupWidth, rows.Length * RowHeight + 20);
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add(svg, $"<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>");
        for (var row = 0; row < rows.Length; row++)
            AddRow(svg, rows[row].Key, [.. rows[row]], row * RowHeight + 10, hiddenStates);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void AddRow(StringBuilder svg, string name, RunResult[] seeds, int top, IReadOnlyList<int> hiddenStates)
    {
        var bottom = top + BarsHeight;
        Add(svg, $"<text x=\"4\" y=\"{top + BarsHeight / 2}\">{name}</text>");
        Add(svg, $"<line x1=\"{Left}\" y1=\"{bottom}\" x2=\"{Left + hiddenStates.Count * GroupWidth}\" y2=\"{bottom}\" stroke=\"black\"/>");
        var barWidth = (GroupWidth - 20) / seeds.Length;
        for (var place = 0; place < hiddenStates.Count; place++)
        {
            var left = Left + place * GroupWidth + 10;
            Add(svg, $"<text x=\"{left}\" y=\"{bottom + 15}\">hidden state {hiddenStates[place]}</text>");
            for (var seed = 0; seed < seeds.Length; seed++)
                AddBar(svg, left + seed * barWidth, bottom, barWidth - 2, seeds[seed].RoutingShare![place]);
        }
    }

    private static void AddBar(StringBuilder svg, int left, int bottom, int width, double share)
    {
        var height = share * BarsHeight;
        Add(svg, $"<rect x=\"{left}\" y=\"{bottom - height:F1}\" width=\"{width}\" height=\"{height:F1}\" fill=\"#4878a8\"><title>{share:F3}</title></rect>");
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
