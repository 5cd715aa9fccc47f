using FluentAssertions;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Hub;
using RouteSae.Tests.Training;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Bundles;

public sealed class BundleTrainerTests
{
    private static readonly string[] Texts = SampleTexts.Many(120);

    [Fact]
    public void Training_from_scratch_makes_a_bundle_of_the_asked_size_on_the_same_language_model()
    {
        var start = SmallBundle.Build();
        var reports = new List<TrainingProgress>();

        var trained = new BundleTrainer(start, new BundleTrainingOptions { Latents = 64, ActiveLatents = 4, Passes = 6, BatchTokens = 256, Seed = 3 }).Train(Texts, new Reports(reports.Add));

        trained.Manifest.Should().BeEquivalentTo(
            start.Manifest with { Name = "small, trained", Latents = 64, ActiveLatents = 4 }, options => options.Excluding(manifest => manifest.Files));
        foreach (var kept in new[] { "tokenizer.json", "tokenizer_config.json", "model/config.json", "model/model.safetensors" })
        {
            trained.Manifest.Files[kept].Should().Be(start.Manifest.Files[kept]);
        }

        reports[^1].NormalizedMse.Should().BeLessThan(reports[0].NormalizedMse);
        reports[^1].Step.Should().Be(reports[^1].TotalSteps);
        using var featurizer = trained.LoadFeaturizer();
        featurizer.Featurize(Texts, Pooling.Max).Should().OnlyContain(vector => vector.Indices.Length > 0);
    }

    [Fact]
    public void Names_come_from_the_words_on_which_a_latent_fires()
    {
        var trained = new BundleTrainer(SmallBundle.Build(), new BundleTrainingOptions { Latents = 32, ActiveLatents = 4, Passes = 2 }).Train(Texts);
        using var featurizer = trained.LoadFeaturizer();
        var fired = Texts.SelectMany(text => featurizer.Featurize([text], Pooling.Binary).Single().Indices).ToHashSet();

        for (var latent = 0; latent < 32; latent++)
        {
            trained.Features.Features[latent].Tokens.Any().Should().Be(fired.Contains(latent));
            (trained.Features.Features[latent].Density > 0).Should().Be(fired.Contains(latent));
        }

        fired.Should().NotBeEmpty();
    }

    [Fact]
    public void Training_goes_on_from_the_bundle_by_default()
    {
        var first = new BundleTrainer(SmallBundle.Build(), new BundleTrainingOptions { Latents = 64, Passes = 6, BatchTokens = 256 });
        var reports = new List<TrainingProgress>();
        var trained = first.Train(Texts, new Reports(reports.Add));
        var further = new List<TrainingProgress>();

        var more = new BundleTrainer(trained, new BundleTrainingOptions { Passes = 3, BatchTokens = 256 }).Train(Texts, new Reports(further.Add));

        more.Manifest.Latents.Should().Be(64);
        further[0].NormalizedMse.Should().BeLessThan(reports[0].NormalizedMse, "it does not begin at the beginning");
    }

    [Fact]
    public void The_same_seed_gives_the_same_bundle()
    {
        FeatureBundle Train(int seed) => new BundleTrainer(SmallBundle.Build(), new BundleTrainingOptions { Latents = 32, Seed = seed }).Train(Texts[..40]);

        var hashes = new[] { 7, 7, 8 }.Select(seed => Train(seed).Manifest.Files["autoencoder.safetensors"].Sha256).ToList();

        hashes[1].Should().Be(hashes[0]);
        hashes[2].Should().NotBe(hashes[0]);
    }

    [Fact]
    public void A_training_that_was_cancelled_goes_on_and_makes_the_same_bundle()
    {
        using var folder = new TemporaryFolder();
        using var cancellationToken = new CancellationTokenSource();
        FeatureBundle Train(CheckpointOptions? checkpoints, IProgress<TrainingProgress>? progress = null, CancellationToken token = default) =>
            new BundleTrainer(SmallBundle.Build(), new BundleTrainingOptions { Latents = 32, Passes = 4, BatchTokens = 64, Checkpoints = checkpoints })
                .Train(Texts[..40], progress, token);
        var checkpoints = new CheckpointOptions { Folder = folder.File("checkpoints") };
        var whole = Train(null);

        FluentActions.Invoking(() => Train(checkpoints, new Reports(_ => cancellationToken.Cancel()), cancellationToken.Token)).Should().Throw<OperationCanceledException>();
        var steps = new List<int>();
        var resumed = Train(checkpoints, new Reports(progress => steps.Add(progress.Step)));

        steps[0].Should().BeGreaterThan(10, "the first ten steps were taken before");
        resumed.Manifest.Files["autoencoder.safetensors"].Should().Be(whole.Manifest.Files["autoencoder.safetensors"]);
    }

    [Fact]
    public void A_trained_bundle_keeps_its_reference_to_a_language_model()
    {
        using var temporary = new TemporaryFolder();
        LanguageModelSearch.Allow(SmallBundle.LanguageModelFolder);
        SmallBundle.Build(SmallBundle.LanguageModelFolder).Save(temporary.File("start"));

        var trained = new BundleTrainer(FeatureBundle.Open(temporary.File("start"))).Train(Texts[..20]);
        trained.Save(temporary.File("trained"));

        FeatureBundle.Open(temporary.File("trained")).FindLanguageModel().Should().Be(SmallBundle.LanguageModelFolder);
    }

    [Fact]
    public void Training_leaves_no_tensor_behind()
    {
        var start = SmallBundle.Build();
        new BundleTrainer(start).Train(Texts[..5]);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        new BundleTrainer(start).Train(Texts[..20]);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Texts_without_tokens_are_refused() =>
        FluentActions.Invoking(() => new BundleTrainer(SmallBundle.Build()).Train(["", "<|end_of_text|>"])).Should().Throw<ArgumentException>()
            .WithMessage("There is nothing to train on: the texts hold no token.*");

    [Fact]
    public void Settings_that_are_not_possible_are_listed() =>
        FluentActions.Invoking(() => new BundleTrainer(
                SmallBundle.Build(), new BundleTrainingOptions { Latents = 4, ActiveLatents = 8, LearningRate = 0, Passes = 0 }))
            .Should().Throw<ArgumentException>().Which.Message.Should().Contain("ActiveLatents is 8").And.Contain("LearningRate is 0").And.Contain("Passes is 0");

    [Fact]
    public void Cancellation_is_noticed() =>
        FluentActions.Invoking(() => new BundleTrainer(SmallBundle.Build()).Train(Texts, cancellationToken: new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
}
