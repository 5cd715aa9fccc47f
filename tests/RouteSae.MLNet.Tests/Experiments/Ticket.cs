using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>A labelled text, with its label in every form that an experiment takes.</summary>
public sealed class Ticket
{
    private static readonly string[][] Words = [["order", "parcel", "late"], ["password", "login", "account"], ["invoice", "refund", "money"]];

    public string Text { get; set; } = "";

    public string Label { get; set; } = "";

    [KeyType(3)]
    public byte Number { get; set; }

    public bool IsFirst { get; set; }

    /// <summary>Texts of three classes, told apart by some of their words.</summary>
    public static List<Ticket> Many(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(i => new Ticket
        {
            Text = string.Join(' ', Enumerable.Range(0, 3).Select(_ => Words[i % 3][random.Next(3)])) + $" and the {random.Next(1000)} {i}",
            Label = $"class {i % 3}",
            Number = (byte)(i % 3 + 1),
            IsFirst = i % 3 == 0,
        })];
    }
}
