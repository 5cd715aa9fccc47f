using System.Text.Json;
using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class CheckpointTokenizerTests
{
    private static readonly TextTokenizer Tokenizer =
        TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    [Fact]
    public void Examples_of_the_committed_checkpoint_encode_and_decode_as_in_hugging_face()
    {
        var json = File.ReadAllText(RepositoryFiles.Golden("e2e", "llama_gqa_untied", "dataset.json"));
        using var dataset = JsonDocument.Parse(json);
        var examples = dataset.RootElement.GetProperty("tokenizer_examples").Deserialize<List<Example>>(
            new JsonSerializerOptions { PropertyNameCaseInsensitive = true })!;
        examples.Should().HaveCount(8);
        foreach (var example in examples)
        {
            var encoded = Tokenizer.Encode(example.Text);
            encoded.Ids.Should().Equal(example.Ids, "that is the golden encoding of {0}", example.Text);
            Tokenizer.Decode(encoded.Ids).Should().Be(example.Decoded);
            SpanRules.Check(Tokenizer, example.Text, encoded);
        }
    }

    [Fact]
    public void The_configuration_names_the_special_tokens()
    {
        Tokenizer.BeginOfSequence.Should().Be(443);
        Tokenizer.EndOfSequence.Should().Be(442);
        Tokenizer.Padding.Should().BeNull();
        Tokenizer.SpecialTokens.Should().BeEquivalentTo([442, 443]);
        Tokenizer.VocabularySize.Should().Be(444);
    }

    [Fact]
    public void Special_tokens_can_be_left_out_when_decoding()
    {
        var ids = Tokenizer.Encode("<|end_of_text|> a <|begin_of_text|>b").Ids;
        Tokenizer.Decode(ids, skipSpecialTokens: true).Should().Be(" a b");
    }

    [Fact]
    public void Token_text_reads_as_written()
    {
        Tokenizer.TokenText(330).Should().Be(" river");
        Tokenizer.TokenText(198).Should().Be("\n");
        Tokenizer.TokenText(442).Should().Be("<|end_of_text|>");
        Tokenizer.TokenText(158).Should().Be("<0xE2>");
    }

    [Fact]
    public void Token_text_of_an_unknown_id_says_which_ids_there_are()
    {
        var read = () => Tokenizer.TokenText(444);
        read.Should().Throw<ArgumentOutOfRangeException>().WithMessage("No token has the id 444. Ids go from 0 to 443.*");
    }

    [Fact]
    public void The_bytes_of_one_character_share_its_span()
    {
        const string text = "a😀b";
        var encoded = Tokenizer.Encode(text);
        encoded.Spans.Should().Equal(
            new CharacterSpan(0, 1), new(1, 2), new(1, 2), new(1, 2), new(1, 2), new(3, 1));
    }

    [Fact]
    public void Nothing_encodes_to_nothing()
    {
        var encoded = Tokenizer.Encode("");
        encoded.Ids.Should().BeEmpty();
        encoded.Spans.Should().BeEmpty();
        Tokenizer.Decode([]).Should().BeEmpty();
    }

    private sealed record Example(string Text, IReadOnlyList<int> Ids, string Decoded);
}
