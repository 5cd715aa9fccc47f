namespace RouteSae.Package.Tests;

/// <summary>A few support tickets of two classes, as the tickets.tsv of the README's program.</summary>
internal static class Tickets
{
    private static readonly string[] Things = ["the lamp", "my chair", "a garden table", "the blue coat", "our kettle", "the new phone", "a box of books", "the mirror"];

    public static IReadOnlyList<(string Label, string Text)> Rows { get; } =
    [
        .. Things.Select(thing => ("Delivery", $"The driver never came to our street with {thing}, where is the parcel now?")),
        .. Things.Select(thing => ("Billing", $"You charged my card twice for {thing}, I want my money back on the account.")),
    ];

    public static string Tsv => string.Join('\n', Rows.Select(row => $"{row.Label}\t{row.Text}").Prepend("Label\tText")) + "\n";
}
