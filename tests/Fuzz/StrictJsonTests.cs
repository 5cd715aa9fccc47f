using System.Text;
using FluentAssertions;
using Xunit;

namespace RouteSae.Fuzz.Tests;

/// <summary>What is JSON and yet cannot be meant: a key twice, half a surrogate pair, depth without end.</summary>
public sealed class StrictJsonTests
{
    private static readonly string[] Json =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json",
        "bundle.json", "features.json", "saelens-cfg.json", "sparsify-cfg.json", "model.safetensors.index.json",
    ];

    public static TheoryData<string> Formats => [.. Json];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_key_that_stands_twice_is_refused(string name) => Refuses(name, """ "extra": 1, "extra": 2, """);

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_name_that_holds_half_a_surrogate_pair_is_refused(string name) => Refuses(name, """ "\ud800": 1, """);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Lists_within_lists_without_end_are_refused(string name) =>
        Refuses(name, $""" "extra": {new string('[', 100_000)}{new string(']', 100_000)}, """);

    private static void Refuses(string name, string members)
    {
        var format = AllFormats.Make(name);
        var json = Encoding.UTF8.GetString(format.Seeds[0]).TrimStart();

        var refusal = format.Invoking(one => one.Load(Encoding.UTF8.GetBytes($"{{{members}{json[1..]}"))).Should().Throw<FormatException>().Which;

        refusal.InnerException.Should().BeNull("what wraps it gives its message by GetBaseException");
        refusal.Message.Length.Should().BeLessThan(1_000);
    }
}
