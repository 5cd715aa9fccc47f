using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Interpretation;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using RouteSae.Tests.LanguageModels;
using RouteSae.Tokens;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Interpretation;

/// <summary>Every run of the authors' extraction of contexts, against the files that it wrote.</summary>
public sealed class GoldenContextTests : IDisposable
{
    private static readonly IReadOnlyList<ContextRun> s_runs = ContextRun.All();

    private readonly GoldenModel _language = new("llama_gqa_untied");

    public static TheoryData<int, string> Runs()
    {
        var data = new TheoryData<int, string>();
        for (var run = 0; run < s_runs.Count; run++)
            data.Add(run, Path.GetFileName(s_runs[run].Path));
        return data;
    }

    public void Dispose() => _language.Dispose();

    [Fact]
    public void All_runs_of_the_reference_are_compared() => s_runs.Should().HaveCount(9);

    [Theory]
    [MemberData(nameof(Runs))]
    public void Latents_token_classes_and_contexts_are_those_of_the_reference(int number, string name)
    {
        var run = s_runs[number];
        using var autoencoder = run.Model();
        var collector = new FeatureContextCollector(autoencoder.Latents, TextTokenizer.Load(_language.Folder), run.Options);
        ForEachBatch(run, autoencoder, (ids, codes) => collector.Add(ids, codes));

        var contexts = collector.Build();

        contexts.Should().BeEquivalentTo(run.Expected, options => options.Excluding(all => all.Latents), name);
        contexts.Latents.Select(latent => latent.Latent).Should().Equal(run.Expected.Latents.Select(latent => latent.Latent));
        foreach (var (actual, expected) in contexts.Latents.Zip(run.Expected.Latents))
        {
            actual.TokenClasses.Select(tokens => tokens.TokenClass).Should().Equal(expected.TokenClasses.Select(tokens => tokens.TokenClass), $"latent {actual.Latent}");
            foreach (var (tokens, expectedTokens) in actual.TokenClasses.Zip(expected.TokenClasses))
                ShouldAgree(tokens, expectedTokens, run.NearTies.Contains((actual.Latent, tokens.TokenClass)), $"latent {actual.Latent}, {tokens.TokenClass}");
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void The_counter_counts_as_many_latents_as_the_reference_finds(int number, string name)
    {
        var run = s_runs[number];
        using var autoencoder = run.Model();
        var counter = new InterpretableFeatureCounter(autoencoder.Latents, TextTokenizer.Load(_language.Folder), run.Options);
        ForEachBatch(run, autoencoder, (ids, codes) => counter.Add(ids, codes));

        counter.Count(run.Options.Threshold).Count.Should().Be(run.Expected.Latents.Count, name);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void The_file_is_written_byte_for_byte_as_the_reference_writes_it(int number, string name)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("contexts.json");

        s_runs[number].Expected.Save(path);

        File.ReadAllBytes(path).Should().Equal(File.ReadAllBytes(s_runs[number].Path), name);
    }

    private static void ShouldAgree(TokenClassContexts actual, TokenClassContexts expected, bool nearTie, string what)
    {
        actual.Contexts.Should().HaveSameCount(expected.Contexts, what);
        if (!nearTie)
            actual.Contexts.Select(context => context.Text).Should().Equal(expected.Contexts.Select(context => context.Text), what);
        foreach (var (context, expectedContext) in actual.Contexts.Zip(expected.Contexts))
            context.Activation.Should().BeApproximately(expectedContext.Activation, 1e-4f, what);
    }

    private void ForEachBatch(ContextRun run, AutoencoderModel autoencoder, Action<Tensor, SparseCodes> add)
    {
        using var data = ContextRun.Data();
        var (ids, mask) = (data["apply.input_ids"], data["apply.attention_mask"]);
        for (var first = 0L; first < ids.shape[0]; first += run.BatchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(run.BatchSize, ids.shape[0] - first);
            var batch = ids.narrow(0, first, count);
            var output = _language.Model.Forward(batch, mask.narrow(0, first, count), new ForwardRequest { HiddenStates = autoencoder.HiddenStates });
            add(batch, autoencoder.Forward([.. autoencoder.HiddenStates.Select(index => output.HiddenState(index).flatten(0, 1))], run.Selection).Codes);
        }
    }
}
