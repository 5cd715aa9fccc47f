using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Greedy generation against Hugging Face's generate, float32.</summary>
public sealed class GoldenGenerationTests
{
    public static TheoryData<string> Models => [.. GoldenModel.Names];

    [Theory]
    [MemberData(nameof(Models))]
    public void One_prompt_is_continued_as_the_reference_does(string model) => Check(model, "generate", mask: null, useCache: true);

    [Theory]
    [MemberData(nameof(Models))]
    public void One_prompt_is_continued_as_the_reference_does_without_a_cache(string model) => Check(model, "generate", mask: null, useCache: false);

    [Theory]
    [MemberData(nameof(Models))]
    public void Prompts_padded_on_the_left_are_continued_as_the_reference_does(string model) =>
        Check(model, "generate_left", "generate_left.attention_mask", useCache: true);

    [Theory]
    [MemberData(nameof(Models))]
    public void Prompts_padded_on_the_left_are_continued_as_the_reference_does_without_a_cache(string model) =>
        Check(model, "generate_left", "generate_left.attention_mask", useCache: false);

    private static void Check(string model, string testCase, string? mask, bool useCache)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenModel(model);
        Tensor prompt = golden.Expected[$"{testCase}.prompt_ids"], expected = golden.Expected[$"{testCase}.output_ids"];
        var options = new GenerationOptions { MaxNewTokens = (int)(expected.size(1) - prompt.size(1)), KeepScores = true, UseCache = useCache };

        using var generated = golden.Model.Generate(prompt, mask is null ? null : golden.Expected[mask], options);

        generated.Ids.data<long>().Should().Equal(expected.data<long>());
        generated.PromptLength.Should().Be((int)prompt.size(1));
        var scores = golden.Expected[$"{testCase}.scores"];
        var rows = ComparedRows(model, mask is null ? ones_like(prompt) : golden.Expected[mask]);
        generated.Scores!.index_select(1, rows).ShouldBeClose(
            scores.view(scores.size(0), -1, scores.size(-1)).index_select(1, rows), "the scores", golden.LogitTolerance());
    }

    /// <summary>
    /// All rows; of Gemma 2 those without padding: for the last W positions, which its cache of a layer with a window holds,
    /// transformers 4.45.1 uses the mask of the first W, so that padding hides tokens. Later releases do not.
    /// </summary>
    private static Tensor ComparedRows(string model, Tensor mask)
    {
        var rows = model == "gemma2_a" ? mask.ne(0).all(1) : ones([mask.size(0)], ScalarType.Bool);
        return rows.nonzero().flatten();
    }
}
