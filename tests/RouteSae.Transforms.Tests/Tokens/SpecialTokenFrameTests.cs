using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class SpecialTokenFrameTests
{
    [Fact]
    public void A_template_puts_its_tokens_around_the_text()
    {
        var encoded = Load(Template("<s>", null, "</s>")).Encode("xx");
        encoded.Ids.Should().Equal(1, 0, 0, 2);
        encoded.Spans.Should().Equal(new CharacterSpan(0, 0), new(0, 1), new(1, 1), new(2, 0));
        Load(Template("<s>", null, "</s>")).Encode("xx", addSpecialTokens: false).Ids.Should().Equal(0, 0);
        Load(Template("<s>", null, "</s>")).Encode("").Ids.Should().Equal(1, 2);
    }

    [Fact]
    public void Processors_in_sequence_wrap_one_another()
    {
        var sequence = new { type = "Sequence", processors = new[] { new { type = "ByteLevel" }, Template("<s>", null), Template("</s>", null, "</s>") } };
        Load(sequence).Encode("x").Ids.Should().Equal(2, 1, 0, 2);
    }

    [Theory]
    [InlineData(null, null, new[] { 1, 0 })]
    [InlineData(true, null, new[] { 1, 0 })]
    [InlineData(false, null, new[] { 0 })]
    [InlineData(true, true, new[] { 1, 0, 2 })]
    [InlineData(false, true, new[] { 0, 2 })]
    public void The_configuration_overrules_the_template(bool? begin, bool? end, int[] expected)
    {
        var config = new { bos_token = "<s>", eos_token = "</s>", add_bos_token = begin, add_eos_token = end };
        Load(Template("<s>", null), config).Encode("x").Ids.Should().Equal(expected);
    }

    [Fact]
    public void The_configuration_adds_tokens_without_any_template()
    {
        Load(null, new { bos_token = "<s>", add_bos_token = true }).Encode("x").Ids.Should().Equal(1, 0);
    }

    [Fact]
    public void To_add_a_token_that_is_not_there_is_an_error()
    {
        var load = () => Load(null, new { bos_token = "<none>", add_bos_token = true });
        load.Should().Throw<TokenizerFormatException>().WithMessage(
            "tokenizer_config.json of tiny: add_bos_token is true, but bos_token names no token of the vocabulary.");
    }

    [Fact]
    public void A_template_without_the_text_is_an_error()
    {
        var load = () => Load(Template("<s>"));
        load.Should().Throw<TokenizerFormatException>().WithMessage(
            "tokenizer.json of tiny, post_processor.single: the template must contain the text exactly once.");
    }

    // Null stands for the text.
    private static object Template(params string?[] parts) => new
    {
        type = "TemplateProcessing",
        single = parts.Select(part => part is null
            ? (object)new { Sequence = new { id = "A", type_id = 0 } }
            : new { SpecialToken = new { id = part, type_id = 0 } }),
        special_tokens = new Dictionary<string, object> { ["<s>"] = new { ids = new[] { 1 } }, ["</s>"] = new { ids = new[] { 2 } } },
    };

    private static TextTokenizer Load(object? processor, object? config = null) => TinyTokenizer.Load(
        new
        {
            added_tokens = new[] { new { id = 1, content = "<s>", special = true }, new { id = 2, content = "</s>", special = true } },
            post_processor = processor,
            model = TinyTokenizer.Characters("x"),
        },
        config);
}
