using System.Text;
using System.Text.Json.Nodes;

namespace RouteSae.Fuzz.Tests;

/// <summary>Damages the structure of a JSON text, so that what comes of it is mostly JSON again.</summary>
internal static class JsonMutator
{
    /// <summary>What replaces a value: raw JSON, some of which no writer of JSON would write.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2", "3", "1.5", "-0.0", "1e-400", "1e400", "1000000000", "2147483647", "2147483648", "-2147483648",
        "9223372036854775807", "9223372036854775808", "1e18", "NaN", "Infinity", "\"\"", "\"1\"", "\"a\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"",
        "\"../../etc/passwd\"", "\"/\"", "\"(a|aa)+$\"", "[]", "{}", "[0]", "[null]", "[[]]", "{\"a\":1,\"a\":2}", "{\"\\ud800\":1}", "[1000000000,1000000000]",
        "[9223372036854775807,9223372036854775807]", "[0,-1]", "[4294967296,4294967296]",
    ];

    public static byte[] Mutate(byte[] seed, Random random)
    {
        var root = JsonNode.Parse(seed);
        var marks = new List<(string Mark, string Raw)>();
        for (var round = random.Next(1, 4); round > 0 && root is not null; round--)
        {
            Once(root, marks, random);
        }

        var json = new StringBuilder(root?.ToJsonString() ?? "null");
        foreach (var (mark, raw) in marks)
        {
            json.Replace($"\"{mark}\"", raw);
        }

        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private static void Once(JsonNode root, List<(string Mark, string Raw)> marks, Random random)
    {
        if (Choose(root, random) is not { } parent)
        {
            return;
        }

        var mark = $"mark-{marks.Count}";
        if (parent is JsonObject fields)
        {
            var name = fields.ElementAt(random.Next(fields.Count)).Key;
            Change(fields, name, mark, marks, random);
        }
        else if (parent is JsonArray items)
        {
            Change(items, random.Next(items.Count), mark, marks, random);
        }
    }

    private static void Change(JsonObject fields, string name, string mark, List<(string Mark, string Raw)> marks, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                fields.Remove(name);
                break;
            case 1: // the name twice: the second one is written by the mark
                marks.Add((mark, $"0,{JsonValue.Create(name)!.ToJsonString()}:{Raw(random)}"));
                fields[name] = mark;
                break;
            case 2:
                fields[$"{name}{random.Next(3)}"] = fields[name]?.DeepClone();
                break;
            case 3: // another field's value
                fields[name] = fields.ElementAt(random.Next(fields.Count)).Value?.DeepClone();
                break;
            default:
                marks.Add((mark, Raw(random)));
                fields[name] = mark;
                break;
        }
    }

    private static void Change(JsonArray items, int index, string mark, List<(string Mark, string Raw)> marks, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                items.RemoveAt(index);
                break;
            case 1:
                items.Insert(index, items[index]?.DeepClone());
                break;
            default:
                marks.Add((mark, Raw(random)));
                items[index] = mark;
                break;
        }
    }

    private static string Raw(Random random) => random.Next(40) switch
    {
        0 => Deep("[", "]", random),
        1 => Deep("{\"a\":", "}", random),
        2 => $"\"{new string('a', random.Next(1, 20_000))}\"",
        3 => random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => Values[random.Next(Values.Length)],
    };

    private static string Deep(string open, string close, Random random)
    {
        var depth = random.Next(1, 2) * (1 << random.Next(14));
        return $"{string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}";
    }

    // A walk from the root: large lists, such as vocabularies, do not crowd out the small ones.
    private static JsonNode? Choose(JsonNode root, Random random)
    {
        var chosen = Inner(root) > 0 ? root : null;
        for (var node = chosen; node is not null && random.Next(4) > 0;)
        {
            var children = Children(node).Where(child => child is not null && Inner(child) > 0).ToList();
            node = children.Count == 0 ? null : children[random.Next(children.Count)];
            chosen = node ?? chosen;
        }

        return chosen;
    }

    private static int Inner(JsonNode node) => node switch
    {
        JsonObject fields => fields.Count,
        JsonArray items => items.Count,
        _ => 0,
    };

    private static IEnumerable<JsonNode?> Children(JsonNode node) => node switch
    {
        JsonObject fields => fields.Select(field => field.Value),
        JsonArray items => items,
        _ => [],
    };
}
