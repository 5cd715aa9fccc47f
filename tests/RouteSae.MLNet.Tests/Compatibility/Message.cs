using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>A row with a label of every kind, each of which its text gives away.</summary>
public sealed class Message
{
    private static readonly string[] Topics = ["order", "weather", "sport"];

    private static readonly string[][] TopicWords =
        [["order", "money", "refund", "parcel", "invoice"], ["rain", "sun", "storm", "cloud", "wind"], ["goal", "team", "match", "medal", "coach"]];

    private static readonly string[] OtherWords = ["the", "a", "has", "not", "yet", "today", "we", "saw", "again", "in", "town", "my", "new", "old", "please"];

    public string Text { get; set; } = "";

    /// <summary>Of three.</summary>
    public string Topic { get; set; } = "";

    /// <summary>Whether the topic is the first.</summary>
    public bool Label { get; set; }

    /// <summary>0, 1 or 2: how relevant the text is, and a number to predict.</summary>
    public float Rating { get; set; }

    /// <summary>Groups of six rows, for ranking.</summary>
    [KeyType(1000)]
    public uint Thread { get; set; }

    /// <summary>A number that has nothing to do with the text.</summary>
    public float Amount { get; set; }

    public static List<Message> Many(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(i => new Message
        {
            Text = string.Join(' ', Enumerable.Range(0, 4 + random.Next(8)).Select(_ => Pick(random, random.Next(2) == 0 ? TopicWords[i % 3] : OtherWords))),
            Topic = Topics[i % 3],
            Label = i % 3 == 0,
            Rating = i % 3,
            Thread = (uint)(1 + (i / 6)),
            Amount = random.Next(100),
        })];
    }

    private static string Pick(Random random, string[] words) => words[random.Next(words.Length)];
}
