using System.Text.Json;
using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class StoredModelTests
{
    [SkippableTheory]
    [InlineData("stories260K")]
    [InlineData("babyllama-tok105-0.9M")]
    [InlineData("babyllama-tok361-1.0M")]
    public void Prompts_and_continuations_equal_the_reference(string name)
    {
        var folder = GoldenTokenizers.SharedFolder("data", "models", name);
        var tokenizer = TextTokenizer.Load(folder);
        using var reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "reference.json")));
        var cases = reference.RootElement.GetProperty("cases").EnumerateArray().ToList();
        cases.Should().NotBeEmpty();
        foreach (var item in cases)
        {
            var prompt = item.GetProperty("prompt").GetString()!;
            var encoded = tokenizer.Encode(prompt);
            encoded.Ids.Should().Equal(item.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32()), prompt);
            SpanRules.Check(tokenizer, prompt, encoded);

            var greedy = item.GetProperty("greedy50_ids").EnumerateArray().Select(id => id.GetInt32());
            tokenizer.Decode(encoded.Ids.Concat(greedy), skipSpecialTokens: true)
                .Should().Be(item.GetProperty("greedy50_text").GetString(), "the text begins with the prompt");
        }
    }
}
