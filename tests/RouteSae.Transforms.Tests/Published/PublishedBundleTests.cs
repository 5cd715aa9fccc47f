using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.LanguageModels;
using RouteSae.Published;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

public sealed class PublishedBundleTests : IDisposable
{
    private const string Text = "The order has not arrived yet";

    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.File("sae");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("standard", "relu")]
    [InlineData("topk", "topK")]
    [InlineData("jumprelu", "jumpRelu")]
    [InlineData("gated", "gated")]
    public void A_bundle_gives_each_token_the_codes_of_SAELens(string architecture, string kind)
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors(architecture, SmallBundle.Architecture.HiddenSize);
        var bundle = Reopened(Build(architecture, tensors));
        using var featurizer = bundle.LoadFeaturizer();

        var explained = featurizer.Explain(Text).Tokens;

        var plain = new PlainAutoencoder(tensors) { Architecture = architecture };
        var hidden = HiddenState(3, explained.Select(token => (long)token.TokenId));
        for (var token = 0; token < explained.Count; token++)
        {
            var (codes, _) = plain.Run([.. hidden[token].data<float>().Select(value => (double)value)]);
            var dense = new double[PublishedFolder.Latents];
            foreach (var feature in explained[token].Features)
                dense[feature.Latent] = feature.Value;
            dense.Should().Equal(codes, (actual, expected) => Math.Abs(actual - expected) < 1e-4, $"token {token}");
            explained[token].HiddenState.Should().Be(3);
            explained[token].Probability.Should().Be(1);
        }

        bundle.Manifest.Autoencoder.Should().Be(kind);
        bundle.Manifest.Format.Should().Be(2);
        bundle.Manifest.Architecture.Should().BeNull();
        bundle.Manifest.Scaling.Should().Be(HiddenStateScaling.None);
        bundle.Manifest.ActiveLatents.Should().Be(kind == "topK" ? PublishedFolder.ActiveLatents : PublishedFolder.Latents);
    }

    [Fact]
    public void Many_latents_are_encoded_in_parts_and_give_the_same()
    {
        const int Latents = 1 << 17; // 128 tokens at a time
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("standard", SmallBundle.Architecture.HiddenSize, Latents);
        tensors["b_enc"] = tensors["b_enc"] - 8; // few fire
        using var featurizer = Build("standard", tensors, Latents).LoadFeaturizer();
        string[] texts = [.. SampleTexts.Many(40)];

        var together = featurizer.Featurize(texts, Pooling.Sum);

        together.Should().Contain(vector => vector.Indices.Length > 0);
        foreach (var (text, expected) in texts.Zip(together))
        {
            var alone = featurizer.Featurize([text], Pooling.Sum)[0];
            alone.Indices.Should().Equal(expected.Indices);
            alone.Values.Should().Equal(expected.Values, (one, other) => Math.Abs(one - other) < 1e-3);
        }
    }

    [Fact]
    public void A_published_autoencoder_is_trained_further_from_what_it_is()
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("standard", SmallBundle.Architecture.HiddenSize);
        tensors["b_dec"] = zeros(SmallBundle.Architecture.HiddenSize); // as of a model without: not taken for a new one
        var bundle = Build("standard", tensors, prepare: model => model.Autoencoder.FoldDecoderLengths());
        using var before = BundleParts.LoadAutoencoder(bundle, CPU);

        var trained = new BundleTrainer(bundle, new BundleTrainingOptions { LearningRate = 1e-5, BatchTokens = 64, ActiveLatents = 6 }).Train(SampleTexts.Many(30));

        using var after = BundleParts.LoadAutoencoder(Reopened(trained), CPU);
        after.Description.Should().Be(before.Description);
        foreach (var (now, then) in after.Parameters.Zip(before.Parameters))
        {
            (now.Value - then.Value).abs().max().item<float>().Should().BeLessThan(1e-3f, now.Name);
            now.Value.equal(then.Value).all().item<bool>().Should().BeFalse(now.Name);
        }
    }

    [Theory]
    [InlineData("topk")]
    [InlineData("jumprelu")]
    [InlineData("gated")]
    public void A_new_autoencoder_of_the_same_kind_is_trained_from_scratch(string architecture)
    {
        using var scope = NewDisposeScope();
        var bundle = Build(architecture, PublishedFolder.SaeLensTensors(architecture, SmallBundle.Architecture.HiddenSize));

        var trained = new BundleTrainer(bundle, new BundleTrainingOptions { Latents = 40, ActiveLatents = 6, BatchTokens = 64 }).Train(SampleTexts.Many(20));

        trained.Manifest.Should().BeEquivalentTo(bundle.Manifest, options => options
            .Excluding(manifest => manifest.Latents).Excluding(manifest => manifest.ActiveLatents).Excluding(manifest => manifest.Name).Excluding(manifest => manifest.Files));
        trained.Manifest.Latents.Should().Be(40);
        trained.Manifest.ActiveLatents.Should().Be(architecture == "topk" ? 6 : 40);
    }

    [Fact]
    public void Without_K_the_wanted_number_of_active_latents_is_asked_for()
    {
        using var scope = NewDisposeScope();
        var bundle = Build("gated", PublishedFolder.SaeLensTensors("gated", SmallBundle.Architecture.HiddenSize));

        FluentActions.Invoking(() => new BundleTrainer(bundle)).Should().Throw<ArgumentException>().WithMessage(
            "*- ActiveLatents is not set: the bundle's autoencoder (Gated) has no fixed number of active latents, so training needs the mean number that is wanted.");
    }

    [Fact]
    public void A_language_model_that_does_not_fit_is_an_error()
    {
        using var scope = NewDisposeScope();
        var narrow = FluentActions.Invoking(() => Build("standard", PublishedFolder.SaeLensTensors("standard"), hiddenSize: PublishedFolder.HiddenSize));
        narrow.Should().Throw<BundleFormatException>().WithMessage("*the autoencoder reads hidden states of width 10, the language model's have 32*");

        var last = FluentActions.Invoking(() => Build("standard", PublishedFolder.SaeLensTensors("standard", 32), hook: "blocks.7.hook_resid_post"));
        last.Should().Throw<BundleFormatException>().WithMessage(
            "*the autoencoder reads hidden state 8, but a language model of 8 layers has the readable hidden states 0 to 7 (what the last layer puts out is not one of them: 8 is after the final norm).");

        var beyond = FluentActions.Invoking(() => Build("standard", PublishedFolder.SaeLensTensors("standard", 32), hook: "blocks.20.hook_resid_pre"));
        beyond.Should().Throw<BundleFormatException>().WithMessage("*the autoencoder reads hidden state 20, but a language model of 8 layers has the readable hidden states 0 to 7.");
    }

    [Theory]
    [InlineData("routedHiddenStates", "[1, 2]", "- routedHiddenStates is [1, 2]; Relu reads one hidden state, numbered from 0.")]
    [InlineData("scaling", "\"perLayer\"", "- scaling is PerLayer, whose means and scales belong to a router.")]
    [InlineData("latents", "0", "- Latents is 0; it must be at least 1.")]
    public void A_manifest_that_makes_no_sense_is_an_error(string name, string value, string problem)
    {
        using var scope = NewDisposeScope();
        Build("standard", PublishedFolder.SaeLensTensors("standard", 32)).Save(_temporary.File("bundle"));
        var path = _temporary.File("bundle", "bundle.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest[name] = JsonNode.Parse(value);
        File.WriteAllText(path, manifest.ToJsonString());

        FluentActions.Invoking(() => FeatureBundle.Open(_temporary.File("bundle"))).Should().Throw<BundleFormatException>().WithMessage($"*{problem}");
    }

    [Fact]
    public void A_model_with_several_codes_a_token_is_not_bundled()
    {
        using var model = Autoencoders.SmallModels.Create("MLSAE");
        var builder = new FeatureBundleBuilder { Name = "several", Model = model, LanguageModelFolder = SmallBundle.LanguageModelFolder, ContextLength = 64 };

        builder.Invoking(builder => builder.Build()).Should().Throw<NotSupportedException>()
            .WithMessage("A bundle holds a RouteSAE or an autoencoder of one hidden state, not MLSAE, TopK (K = 6) on hidden states 1, 2, 3.");
    }

    private FeatureBundle Reopened(FeatureBundle bundle)
    {
        var folder = _temporary.File($"bundle-{Guid.NewGuid():N}");
        bundle.Save(folder);
        return FeatureBundle.Open(folder);
    }

    private FeatureBundle Build(
        string architecture, Dictionary<string, Tensor> tensors, int latents = PublishedFolder.Latents, int? hiddenSize = null, string? hook = null, Action<SingleLayerModel>? prepare = null)
    {
        var config = PublishedFolder.SaeLensConfig(architecture, hiddenSize ?? SmallBundle.Architecture.HiddenSize, latents);
        if (hook is not null)
            config["metadata"]!["hook_name"] = hook;
        PublishedFolder.Write(Folder, config, tensors);
        using var published = PublishedAutoencoder.Load(Folder);
        prepare?.Invoke(published.Model);
        return new FeatureBundleBuilder
        {
            Name = "published",
            Model = published.Model,
            LanguageModelFolder = SmallBundle.LanguageModelFolder,
            ContextLength = SmallBundle.ContextLength,
        }.Build();
    }

    private static Tensor HiddenState(int index, IEnumerable<long> ids)
    {
        using var languageModel = DecoderModel.Load(SmallBundle.LanguageModelFolder, new DecoderLoadOptions { Precision = Precision.Float32 });
        using var noGradient = no_grad();
        using var output = languageModel.Forward(tensor(ids.ToArray()).unsqueeze(0), null, new ForwardRequest { HiddenStates = [index] });
        return output.HiddenState(index).squeeze(0).clone();
    }
}
