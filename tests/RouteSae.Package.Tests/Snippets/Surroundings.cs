namespace RouteSae.Package.Tests.Snippets;

/// <summary>What a snippet may take for granted: a context, data, a class of rows. Names that it declares itself win.</summary>
internal static class Surroundings
{
    /// <summary>The rows of the README's tickets.tsv.</summary>
    public const string Ticket = """
        public sealed class Ticket
        {
            [Microsoft.ML.Data.LoadColumn(0)] public string Label { get; set; } = "";
            [Microsoft.ML.Data.LoadColumn(1)] public string Text { get; set; } = "";
        }
        """;

    public const string Source = $$"""
        global using Around;
        global using static Around.Values;

        namespace Around
        {
            {{Ticket}}

            internal static class Values
            {
                public static Microsoft.ML.MLContext ml = null!, mlContext = null!;
                public static Microsoft.ML.IDataView data = null!, train = null!, test = null!;
            }
        }
        """;
}
