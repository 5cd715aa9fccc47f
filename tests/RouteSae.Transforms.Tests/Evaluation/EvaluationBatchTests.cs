using FluentAssertions;
using RouteSae.Evaluation;
using RouteSae.Tokens;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Evaluation;

public sealed class EvaluationBatchTests
{
    private static readonly string[] s_texts = ["A fox.", "", "Another fox, and a third one that is longer.", "End"];

    private readonly TextTokenizer _tokenizer = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Texts_are_packed_in_their_order_and_special_tokens_left_out(bool includeSpecialTokens)
    {
        using var scope = NewDisposeScope();
        var expected = s_texts.Where(text => text != "").SelectMany(text =>
            _tokenizer.Encode(text, addSpecialTokens: false).Ids.Concat(includeSpecialTokens ? [_tokenizer.EndOfSequence!.Value] : []));

        var batches = EvaluationBatches.FromTexts(_tokenizer, s_texts, contextLength: 8, sequences: 3, includeSpecialTokens).ToArray();

        var ids = batches.SelectMany(batch => batch.InputIds.masked_select(batch.RealTokens!).data<long>().ToArray()).Select(id => (int)id);
        ids.Where(id => id != _tokenizer.BeginOfSequence).Should().Equal(expected);
        batches[..^1].Should().OnlyContain(batch => batch.Sequences == 3 && ReferenceEquals(batch.AttentionMask, null));
        batches.Select(batch => batch.InputIds.shape[1]).Should().AllBeEquivalentTo(8);
        batches.Should().OnlyContain(batch => batch.InputIds.select(1, 0).eq(_tokenizer.BeginOfSequence!.Value).all().item<bool>());
    }

    [Fact]
    public void The_padding_of_the_last_window_is_masked()
    {
        using var scope = NewDisposeScope();
        var text = s_texts.Sum(text => _tokenizer.Encode(text, addSpecialTokens: false).Ids.Count);
        var length = 1 + text + 3; // the start, and the end of each of three texts

        var batch = EvaluationBatches.FromTexts(_tokenizer, s_texts, contextLength: 512).Single();

        batch.AttentionMask!.sum().item<long>().Should().Be(length);
        batch.AttentionMask.select(1, length).item<bool>().Should().BeFalse();
        batch.RealTokens!.sum().item<long>().Should().Be(text);
    }

    [Fact]
    public void A_mask_stands_for_the_real_tokens_unless_they_are_given()
    {
        using var scope = NewDisposeScope();
        using var batch = new EvaluationBatch(zeros(1, 3, ScalarType.Int64), tensor(new long[] { 0, 1, 1 }).view(1, 3));
        using var plain = new EvaluationBatch(zeros(1, 3, ScalarType.Int64));

        batch.RealTokens!.data<bool>().ToArray().Should().Equal(false, true, true);
        ((object?)plain.RealTokens).Should().BeNull();
    }

    [Fact]
    public void Impossible_sizes_are_refused_at_once()
    {
        var context = () => EvaluationBatches.FromTexts(_tokenizer, s_texts, contextLength: 1);
        var sequences = () => EvaluationBatches.FromTexts(_tokenizer, s_texts, sequences: 0);

        context.Should().Throw<ArgumentException>().WithMessage("*ContextLength is 1; it must be at least 2.");
        sequences.Should().Throw<ArgumentOutOfRangeException>();
    }
}
