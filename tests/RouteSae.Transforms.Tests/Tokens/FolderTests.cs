using System.Text.Json;
using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

/// <summary>Checkpoints whose tokenizer is not, or not only, a tokenizer.json.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tokenizer_model_gives_the_golden_ids_of_its_tokenizer_json_with_and_without_its_configuration(bool configured)
    {
        var source = GoldenTokenizers.SharedFolder("golden", "tok", "llama2");
        foreach (var file in configured ? new[] { "tokenizer.model", "tokenizer_config.json" } : ["tokenizer.model"])
        {
            File.Copy(Path.Combine(source, file), InFolder(file));
        }

        var tokenizer = TextTokenizer.Load(_folder.Path);
        foreach (var vector in GoldenTokenizers.Vectors("llama2"))
        {
            tokenizer.Encode(vector.Text, vector.AddSpecialTokens).Ids.Should().Equal(vector.Ids, "of {0}", vector.Text);
            if (vector.Decoded is not null)
            {
                tokenizer.Decode(vector.Ids).Should().Be(vector.Decoded);
            }
        }

        (tokenizer.BeginOfSequence, tokenizer.EndOfSequence, tokenizer.Padding).Should().Be((1, 2, null));
        tokenizer.SpecialTokens.Should().BeEquivalentTo([0, 1, 2]);
    }

    [SkippableTheory]
    [InlineData("stories260K")]
    [InlineData("babyllama-tok105-0.9M")]
    [InlineData("babyllama-tok361-1.0M")]
    public void The_models_of_small_checkpoints_give_the_ids_of_their_tokenizer_json(string name)
    {
        var source = GoldenTokenizers.SharedFolder("data", "models", name);
        File.Copy(Path.Combine(source, "tokenizer.model"), InFolder("tokenizer.model"));
        File.Copy(Path.Combine(source, "tokenizer_config.json"), InFolder("tokenizer_config.json"));
        var (alone, expected) = (TextTokenizer.Load(_folder.Path), TextTokenizer.Load(source));
        foreach (var text in new[] { "Once upon a time, there was a little girl.", "  two  spaces\n", "Émile 😀", "", "<s>a</s>" }.Where(text => name == "stories260K" || text.All(char.IsAscii)))
        {
            alone.Encode(text).Ids.Should().Equal(expected.Encode(text).Ids, "of '{0}'", text);
            alone.Decode(alone.Encode(text).Ids).Should().Be(expected.Decode(expected.Encode(text).Ids));
        }
    }

    [Theory]
    [InlineData("GPT2Tokenizer")]
    [InlineData("Qwen2Tokenizer")]
    public void A_vocabulary_and_merges_alone_are_byte_pairs(string name)
    {
        var source = RepositoryFiles.Golden("lm", "llama_gqa_untied");
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(source, "tokenizer.json")));
        var model = json.RootElement.GetProperty("model");
        File.WriteAllText(InFolder("vocab.json"), model.GetProperty("vocab").GetRawText());
        var merges = model.GetProperty("merges").EnumerateArray().Select(merge => merge.ValueKind == JsonValueKind.String
            ? merge.GetString()!
            : string.Join(' ', merge.EnumerateArray().Select(half => half.GetString())));
        File.WriteAllLines(InFolder("merges.txt"), ["#version: 0.2", .. merges]);
        File.WriteAllText(InFolder("tokenizer_config.json"), JsonSerializer.Serialize(new { tokenizer_class = name }));
        var (alone, expected) = (TextTokenizer.Load(_folder.Path), TextTokenizer.Load(source));
        foreach (var text in new[] { "The routed activation of the second token.", " é 中文 42 \n\n x" })
        {
            alone.Encode(text).Ids.Should().Equal(expected.Encode(text, addSpecialTokens: false).Ids, "of '{0}'", text);
            alone.Decode(alone.Encode(text).Ids).Should().Be(text);
        }

        // Qwen's NFC and its one-digit words.
        var composed = name == "Qwen2Tokenizer" ? "\u00E9" : "e\u0301";
        alone.Decode(alone.Encode("e\u0301").Ids).Should().Be(composed);
    }

    [Fact]
    public void Names_that_the_configuration_lacks_are_those_of_the_special_tokens_map()
    {
        WriteTokenizer(new { eos_token = "b" });
        File.WriteAllText(InFolder("special_tokens_map.json"), JsonSerializer.Serialize(new { bos_token = new { content = "a" }, eos_token = "a" }));
        var tokenizer = TextTokenizer.Load(_folder.Path);
        (tokenizer.BeginOfSequence, tokenizer.EndOfSequence).Should().Be((0, 1));
        tokenizer.SpecialTokens.Should().BeEquivalentTo([0, 1]);
    }

    [Theory]
    [InlineData("LlamaTokenizer", new[] { 0, 2 })]
    [InlineData("GemmaTokenizerFast", new[] { 0, 2 })]
    [InlineData(null, new[] { 0, 2 })]
    [InlineData("GPT2Tokenizer", new[] { 2 })]
    [InlineData("PreTrainedTokenizerFast", new[] { 2 })]
    public void Only_some_classes_heed_add_bos_token(string? name, int[] expected)
    {
        WriteTokenizer(new { tokenizer_class = name, bos_token = "a", add_bos_token = true });
        TextTokenizer.Load(_folder.Path).Encode("c").Ids.Should().Equal(expected);
    }

    [Fact]
    public void Additional_special_tokens_are_special()
    {
        WriteTokenizer(new { additional_special_tokens = new object[] { "b", new { content = "c" } } });
        TextTokenizer.Load(_folder.Path).SpecialTokens.Should().BeEquivalentTo([1, 2]);
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0x7F, 1 }, "is not a SentencePiece model, or it is damaged: a field 1 does not end where it should. Copy the file anew.")]
    [InlineData(new byte[] { 0x0F }, "is not a SentencePiece model, or it is damaged: a field 1 does not end where it should. Copy the file anew.")]
    [InlineData(new byte[0], "has no pieces. It is not a SentencePiece model, or it is damaged.")]
    public void A_damaged_tokenizer_model_is_named(byte[] data, string message)
    {
        File.WriteAllBytes(InFolder("tokenizer.model"), data);
        var load = () => TextTokenizer.Load(_folder.Path);
        load.Should().Throw<TokenizerFormatException>().WithMessage($"{InFolder("tokenizer.model")} {message}");
    }

    [Fact]
    public void A_unigram_model_collapses_spaces_and_heeds_its_character_map_and_its_kinds_of_pieces()
    {
        var map = CharacterMapBytes.Write(("\uFF41", "a"), ("\t", " "));
        File.WriteAllBytes(InFolder("tokenizer.model"), SentencePieceBytes.Unigram(
            [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("▁a", -1, 1), ("a", -2, 1), ("▁", -3, 1), ("<sep>", 0, 4)], map));
        var tokenizer = TextTokenizer.Load(_folder.Path);
        tokenizer.Encode("  \uFF41 \t a<sep>a  ").Ids.Should().Equal(3, 3, 6, 3);
        tokenizer.SpecialTokens.Should().BeEquivalentTo([0, 1, 2]);
        tokenizer.Decode([3, 3]).Should().Be("a a");
        File.WriteAllText(InFolder("tokenizer_config.json"), JsonSerializer.Serialize(new { tokenizer_class = "T5Tokenizer" }));
        TextTokenizer.Load(_folder.Path).Encode("a").Ids.Should().Equal(3, 2);
    }

    [Theory]
    [InlineData(true, null, new[] { 1, 4, 4, 4, 5, 2, 4, 5 })]
    [InlineData(false, null, new[] { 1, 4, 4, 4, 5, 2, 4, 5 })]
    [InlineData(null, false, new[] { 1, 4, 4, 5, 2, 5 })]
    public void A_model_of_byte_pairs_keeps_spaces_and_puts_one_where_the_configuration_says(bool? legacy, bool? addPrefixSpace, int[] expected)
    {
        File.WriteAllBytes(InFolder("tokenizer.model"), SentencePieceBytes.BytePairs(
            [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("x", -1, 1), ("▁", -2, 1), ("a", -3, 1)]));
        File.WriteAllText(InFolder("tokenizer_config.json"), JsonSerializer.Serialize(new { legacy, add_prefix_space = addPrefixSpace }));
        TextTokenizer.Load(_folder.Path).Encode("  a</s>a").Ids.Should().Equal(expected);
    }

    private void WriteTokenizer(object config)
    {
        File.WriteAllText(InFolder("tokenizer.json"), JsonSerializer.Serialize(new { model = TinyTokenizer.Characters("abc") }));
        File.WriteAllText(InFolder("tokenizer_config.json"), JsonSerializer.Serialize(config));
    }

    private string InFolder(string name) => Path.Combine(_folder.Path, name);
}
