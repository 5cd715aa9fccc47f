using FluentAssertions;
using RouteSae.Tokens;
using RouteSae.Tools.TinyModel;
using Xunit;

namespace RouteSae.Tools.Tests;

public sealed class BytePairTrainerTests
{
    private const string Text = "low low low lower lower newest newest newest newest widest widest";

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_to_the_smaller_ids()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("aab aab ab");

        var vocabulary = trainer.Train(1 + 256 + 2, [LearnedVocabulary.EndOfText]);

        // " " + "a" occurs twice, "a" + "b" three times; then "a" + "ab" and " " + "a" are merged by count.
        vocabulary.Pieces[257].Should().Be("ab");
        vocabulary.Merges.Should().HaveCount(2);
    }

    [Fact]
    public void The_library_reads_the_vocabulary_and_brings_every_text_back()
    {
        var trainer = new BytePairTrainer();
        trainer.Add(Text);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            trainer.Train(290, [LearnedVocabulary.EndOfText]).Save(folder.FullName, contextLength: 16);
            var tokenizer = TextTokenizer.Load(folder.FullName);

            tokenizer.Encode(Text).Ids[0].Should().Be(0, "a text begins with the end-of-text token");
            tokenizer.Decode(tokenizer.Encode(Text, addSpecialTokens: false).Ids).Should().Be(Text);
            tokenizer.Encode(" newest", addSpecialTokens: false).Ids.Should().HaveCount(1);
            tokenizer.Decode(tokenizer.Encode("naïve 中文", addSpecialTokens: false).Ids).Should().Be("naïve 中文");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
