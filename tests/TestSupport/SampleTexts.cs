namespace RouteSae.TestSupport;

/// <summary>Short texts of many lengths.</summary>
public static class SampleTexts
{
    private static readonly string[] Words =
        "the order has not arrived yet and I would like my money back please tell me when a new one can be sent to our office in the old town".Split(' ');

    /// <summary>Texts of 1 to 24 words.</summary>
    public static string[] Many(int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(i => string.Join(' ', Enumerable.Range(0, 1 + random.Next(24)).Select(_ => Words[random.Next(Words.Length)])) + $" {i}")];
    }
}
