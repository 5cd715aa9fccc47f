using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class GoldenVectorTests
{
    [SkippableTheory]
    [InlineData("gpt2", 54, 30)]
    [InlineData("llama2", 84, 60)]
    [InlineData("llama3", 106, 60)]
    public void Ids_and_decoded_text_equal_hugging_face(string name, int vectorCount, int decodedCount)
    {
        var tokenizer = GoldenTokenizers.LoadShared(name);
        var vectors = GoldenTokenizers.Vectors(name);
        vectors.Should().HaveCount(vectorCount);
        vectors.Count(vector => vector.Decoded is not null).Should().Be(decodedCount);

        foreach (var vector in vectors)
        {
            tokenizer.Encode(vector.Text, vector.AddSpecialTokens).Ids
                .Should().Equal(vector.Ids, "that is the golden encoding of {0}", vector.Text);
            if (vector.Decoded is not null)
            {
                tokenizer.Decode(vector.Ids).Should().Be(vector.Decoded);
            }
        }
    }

    [SkippableTheory]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    public void Spans_of_every_golden_text_lie_inside_ascend_and_cover(string name)
    {
        var tokenizer = GoldenTokenizers.LoadShared(name);
        foreach (var vector in GoldenTokenizers.Vectors(name))
        {
            SpanRules.Check(tokenizer, vector.Text, tokenizer.Encode(vector.Text, vector.AddSpecialTokens));
        }
    }
}
