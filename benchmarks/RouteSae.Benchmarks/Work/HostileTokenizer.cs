using System.Text;
using System.Text.Json.Nodes;
using RouteSae.Tokens;

namespace RouteSae.Benchmarks.Work;

/// <summary>A tokenizer with one component that its file makes as slow as it can, and a text that suits it.</summary>
/// <param name="Part">The field of tokenizer.json that holds the component.</param>
/// <param name="Name">The component and its settings.</param>
/// <param name="Json">The component.</param>
/// <param name="Start">How the text begins.</param>
/// <param name="Unit">What the rest of the text repeats.</param>
internal sealed record HostileTokenizer(string Part, string Name, JsonNode Json, string Start = "", string Unit = "a")
{
    private const string SingleWords = """{"type":"WordLevel","vocab":{"<unk>":0,"a":1,"##a":2,"<0x61>":3,"a</w>":4},"unk_token":"<unk>"}""";

    /// <summary>The text of at least so many characters, fewer than one repetition longer.</summary>
    public string Text(int characters)
    {
        var text = new StringBuilder(Start);
        while (text.Length < characters)
        {
            text.Append(Unit);
        }

        return text.ToString();
    }

    /// <summary>Reads a tokenizer whose other components are as plain as can be.</summary>
    public TextTokenizer Load()
    {
        var file = new JsonObject { ["model"] = JsonNode.Parse(SingleWords) };
        file[Part] = Json.DeepClone();
        return TextTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(file.ToJsonString())), null, Name);
    }
}
