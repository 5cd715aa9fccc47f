using FluentAssertions;
using RouteSae.Kernels.Products;
using RouteSae.LanguageModels.Engine;
using RouteSae.Tests.Autoencoders.Kernels;
using Xunit;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>A text's hidden states are the same to the last bit on every processor, with any number of threads, in any company.</summary>
[Trait(KernelCategory.Trait, SameBits)]
[Collection(nameof(ThreadCount))]
public sealed class SameBitsTests
{
    internal const string SameBits = "SameBits";

    private static readonly int[] s_lengths = [1, 13, 40, 7, 0, 24];

    /// <summary>The first 80 bits of the SHA-256 of all hidden states of the texts of <see cref="Texts"/>, as they must be everywhere.</summary>
    public static TheoryData<string, string> Hashes => new()
    {
        { "gemma1_a", "4ADE45EFC3ECDF49E6A5" },
        { "gemma2_a", "22518B8A1676899811AC" },
        { "gpt2", "2304AE34633CBD6658B8" },
        { "gpt_neox", "6799F8E5BF27F15537B5" },
        { "llama_gqa_untied", "6CB5C00058D15324A1C2" },
        { "llama_bf16", "D0279A4105430ECF176E" },
        { "llama_sharded", "A79DE221CED5BCFE3FF3" },
        { "llama3_ropescaled_tied", "50A6A466EADE8190C7C3" },
        { "mistral_window7_a", "07BBCB28B3C739AD6A4B" },
        { "phi3_a", "95C952FA10BEF5EA8E6D" },
        { "phi_a", "12E6C441C09777D2AFA7" },
        { "qwen2_tied", "7A9FC0FCC4723E5134D3" },
    };

    public static TheoryData<string> Models => [.. GoldenModel.Names];

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Hidden_states_have_the_committed_hash(string model, string hash)
    {
        var (engine, texts) = Load(model);

        EngineRun.Of(engine, texts).Hash(0, texts.Sum(text => text.Length)).Should().StartWith(hash);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Company_threads_and_vectors_change_nothing(string model)
    {
        var (engine, texts) = Load(model);
        var expected = EngineRun.Hashes(engine, texts);

        texts.Select(text => EngineRun.Hashes(engine, text)[0]).Should().Equal(expected, "alone is as in company");
        EngineRun.Hashes(engine, [.. texts.Reverse(), .. texts]).Should().Equal([.. expected.Reverse(), .. expected], "other company");
        foreach (var threads in new[] { 1, 2, 3, 7 })
        {
            using var count = new ThreadCount(threads);
            EngineRun.Hashes(engine, texts).Should().Equal(expected, "{0} threads", threads);
        }

        var weights = EngineRun.Weights(RepositoryFiles.Golden("lm", model));
        foreach (var width in Enum.GetValues<VectorWidth>())
        {
            EngineRun.Hashes(new DecoderEngine(weights, width), texts).Should().Equal(expected, "{0}", width);
        }
    }

    private static (DecoderEngine Engine, int[][] Texts) Load(string model)
    {
        var engine = EngineRun.Load(RepositoryFiles.Golden("lm", model));
        return (engine, Texts(engine.Config.VocabularySize, engine.Config.LearnedPositions ? engine.Config.MaxPositions : int.MaxValue));
    }

    private static int[][] Texts(int vocabulary, int longest) =>
        [.. s_lengths.Select((length, text) => Enumerable.Range(0, Math.Min(length, longest)).Select(position => (position * 7919 + text * 131) % vocabulary).ToArray())];
}
