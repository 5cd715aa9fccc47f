using System.Text.Json;
using FluentAssertions;
using RouteSae.Reference;
using RouteSae.Tests.Golden;
using RouteSae.Tests.Tokens;
using RouteSae.Tokens;
using RouteSae.Tokens.Windows;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Sources;

public sealed class ReferenceSequencesTests
{
    // What Python 3.11 says of every character: str.isspace().
    private const string PythonBlanks =
        "\u0009\u000a\u000b\u000c\u000d\u001c\u001d\u001e\u001f\u0020\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005" +
        "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private static readonly TextTokenizer Tokenizer = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    [Theory]
    [InlineData("train")]
    [InlineData("eval")]
    [InlineData("apply")]
    public void SequencesEqualReference(string set)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenTensors(RepositoryFiles.Golden("e2e", "llama_gqa_untied", "dataset.safetensors"));
        var sequences = new ReferenceSequences(Tokenizer, new ReferenceSequenceOptions { MaxLength = 24, BatchSize = 4 });

        var batches = sequences.Batches(Texts(set)).ToArray();

        var rows = batches.SelectMany(batch => batch).ToArray();
        tensor(rows.SelectMany(row => row.Ids).Select(id => (long)id).ToArray()).view(-1, 24)
            .ShouldBeIdentical(golden[$"{set}.input_ids"], "token ids");
        tensor(rows.SelectMany(row => Mask(row)).ToArray()).view(-1, 24)
            .ShouldBeIdentical(golden[$"{set}.attention_mask"], "attention mask");
        sequences.CountBatches(Texts(set)).Should().Be(batches.Length);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("eval")]
    [InlineData("apply")]
    public void NumbersOfSequencesEqualReference(string set)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("e2e", "llama_gqa_untied", "dataset.json")));
        var expected = json.RootElement.GetProperty("sets").GetProperty(set);
        var maxLength = json.RootElement.GetProperty("max_length").GetInt32();
        var sequences = new ReferenceSequences(Tokenizer, new ReferenceSequenceOptions { MaxLength = maxLength });

        var rows = Texts(set).SelectMany(sequences.Cut).ToArray();

        rows.Should().HaveCount(expected.GetProperty("chunks").GetInt32());
        rows.Average(row => row.Length).Should().BeApproximately(expected.GetProperty("mean_valid_tokens").GetDouble(), 0.005);
        rows.Where(row => row.Length < maxLength).SelectMany(row => row.Ids[row.Length..])
            .Should().OnlyContain(id => id == json.RootElement.GetProperty("pad_token_id").GetInt32());
    }

    [Fact]
    public void WordsAreSplitWherePythonSplitsThem()
    {
        var sequences = new ReferenceSequences(Tokenizer, new ReferenceSequenceOptions { MaxLength = 2 });
        var apart = sequences.Cut("a b").Single().Ids;

        var blanks = Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code)
            .Where(character => !char.IsSurrogate(character) && sequences.Cut($"a{character}b").First().Ids.SequenceEqual(apart));

        string.Concat(blanks).Should().Be(PythonBlanks);
    }

    [Fact]
    public void WordsOfALongTextAreCutIntoSequencesAndMissingTokensPadded()
    {
        var sequences = new ReferenceSequences(Tokenizer, new ReferenceSequenceOptions { MaxLength = 3 });

        var rows = sequences.Cut("  a b\n\nc   d\t ").ToArray();

        rows.Select(row => row.Length).Should().Equal(3, 1);
        Tokenizer.Decode(rows[0].Ids).Should().Be("a b c");
        rows[1].Ids.Should().Equal([.. Tokenizer.Encode("d").Ids, 442, 442]);
    }

    [Fact]
    public void TruncationKeepsTheSpecialTokens()
    {
        var tokenizer = Tiny(new { bos_token = "<s>", eos_token = "</s>", add_bos_token = true, add_eos_token = true });
        var sequences = new ReferenceSequences(tokenizer, new ReferenceSequenceOptions { MaxLength = 4 });

        sequences.Cut("xxxx").Single().Ids.Should().Equal(1, 0, 0, 2);
        sequences.Cut("x").Single().Should().BeEquivalentTo(new PackedSequence([1, 0, 2, 2], 3));
    }

    [Fact]
    public void ThePaddingTokenPadsWhereThereIsOne()
    {
        var tokenizer = Tiny(new { eos_token = "</s>", pad_token = "<s>" });

        new ReferenceSequences(tokenizer, new ReferenceSequenceOptions { MaxLength = 3 }).Cut("x").Single().Ids.Should().Equal(0, 1, 1);
    }

    [Fact]
    public void BatchesKeepTheOrderInEveryEpochAndEndWithASmallerOne()
    {
        var sequences = new ReferenceSequences(Tokenizer, new ReferenceSequenceOptions { MaxLength = 2, BatchSize = 2, Epochs = 2 });

        var batches = sequences.Batches(["a b", " ", "c", "d e f"]).ToArray();

        batches.Select(batch => string.Join("|", batch.Select(row => Tokenizer.Decode(row.Ids[..row.Length]))))
            .Should().Equal("a b|c", "d e|f", "a b|c", "d e|f");
        sequences.CountBatches(["a b", " ", "c", "d e f g h"]).Should().Be(3);
    }

    [Fact]
    public void TrainerOptionsTakeOneStepForEveryBatchOfEveryEpoch()
    {
        var sequences = new ReferenceSequences(Tokenizer, new ReferenceSequenceOptions { MaxLength = 2, BatchSize = 2, Epochs = 4 });

        var options = sequences.TrainerOptions(["a b", "c d e f g h"]);

        options.BatchTokens.Should().Be(4);
        options.Steps.Should().Be(8);
        options.StepsPerEpoch.Should().Be(2);
    }

    [Fact]
    public void TextsAreReadAsBatchesAreTaken()
    {
        var sequences = new ReferenceSequences(Tokenizer, new ReferenceSequenceOptions { MaxLength = 2, BatchSize = 1 });

        sequences.Batches(Endless()).Take(3).Should().HaveCount(3);
    }

    [Fact]
    public void TextsWithoutAWordAreAnError()
    {
        var sequences = new ReferenceSequences(Tokenizer);

        var count = () => sequences.CountBatches(["", " \n"]);
        var batches = () => sequences.Batches(["", " \n"]).ToArray();

        count.Should().Throw<ArgumentException>().WithMessage("There is nothing to train on: the texts hold no word.*");
        batches.Should().Throw<ArgumentException>().WithMessage("There is nothing to train on: the texts hold no word.*");
    }

    [Fact]
    public void EveryProblemIsNamedInOneMessage()
    {
        var options = new ReferenceSequenceOptions { MaxLength = 2, BatchSize = 0, Epochs = 0 };

        var create = () => new ReferenceSequences(Tiny(new { bos_token = "<s>", add_bos_token = true, unk_token = "</s>" }, "<s>", "<s>"), options);

        create.Should().Throw<ArgumentException>().WithMessage(
            """
            The reference's sequences cannot be used:
            - BatchSize is 0; it must be at least 1.
            - Epochs is 0; it must be at least 1.
            - The tokenizer has neither a padding nor an end-of-sequence token to fill sequences up with. Name one in tokenizer_config.json (pad_token or eos_token).
            - MaxLength is 2, but the tokenizer's special tokens alone are 2; it must be larger.
            """.ReplaceLineEndings());
    }

    private static IEnumerable<string> Texts(string set) =>
        new JsonLinesFolder(RepositoryFiles.Golden("e2e", "llama_gqa_untied", $"data_{set}")).Texts();

    private static IEnumerable<long> Mask(PackedSequence row) => row.Ids.Select((_, place) => place < row.Length ? 1L : 0);

    private static IEnumerable<string> Endless()
    {
        while (true)
            yield return "word";
    }

    private static TextTokenizer Tiny(object config, params string[] before) => TinyTokenizer.Load(
        new
        {
            added_tokens = new[] { new { id = 1, content = "<s>", special = true }, new { id = 2, content = "</s>", special = true } },
            post_processor = new
            {
                type = "TemplateProcessing",
                single = before.Select(token => (object)new { SpecialToken = new { id = token } }).Append(new { Sequence = new { id = "A" } }),
                special_tokens = new Dictionary<string, object> { ["<s>"] = new { ids = new[] { 1 } } },
            },
            model = TinyTokenizer.Characters("x"),
        },
        config);
}
