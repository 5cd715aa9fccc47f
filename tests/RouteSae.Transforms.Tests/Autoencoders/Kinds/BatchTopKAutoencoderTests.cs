using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using RouteSae.Bundles;
using RouteSae.Published;
using RouteSae.Tensors;
using RouteSae.Tests.Training;
using RouteSae.Training;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kinds;

public sealed class BatchTopKAutoencoderTests : IDisposable
{
    private static readonly TopKArchitecture Architecture = new() { HiddenSize = 2, Latents = 3, ActiveLatents = 1 };

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    // W_enc has rows (1, 0), (0, 1), (1, 1). The first token's pre-activations are 3, 1, 4; the second's 0.5, -2, -1.5.
    // Of the batch of two tokens and K = 1 the two largest are active: 4 and 3, both of the first token.
    [Fact]
    public void A_batch_shares_its_active_latents()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = ByHand();

        var terms = autoencoder.Loss(new LossRequest(TwoTokens(), TwoTokens()));

        terms.DenseCodes!.data<double>().ToArray().Should().Equal(3, 0, 4, 0, 0, 0);
        // W_dec has columns (1, 0), (0, 1), (0, 0.5): x̂ of the first token is (3, 2), of the second (0, 0).
        var first = ((3.0 - 3) * (3.0 - 3) + ((2.0 - 1) * (2.0 - 1))) / ((3.0 * 3) + (1.0 * 1));
        terms.Total.item<double>().Should().BeApproximately((first + 1) / 2, 1e-12);
    }

    [Fact]
    public void The_threshold_is_the_running_mean_of_the_smallest_activation()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = ByHand();

        autoencoder.StepTaken(autoencoder.Loss(new LossRequest(TwoTokens(), TwoTokens())));
        autoencoder.Threshold.item<double>().Should().Be(3, "the first batch sets it");
        autoencoder.StepTaken(autoencoder.Loss(new LossRequest(TwoTokens() * 2, TwoTokens() * 2)));
        autoencoder.Threshold.item<double>().Should().BeApproximately(3 + ((6 - 3) * 0.01), 1e-12);

        using var codes = autoencoder.Encode(TwoTokens());
        codes.CountActive().Should().Be(1, "only 4 is above 3.03, whatever the other tokens are");
    }

    [Fact]
    public void A_trained_one_has_K_active_latents_per_token_and_serves_SAELens_and_bundles_alike()
    {
        using var scope = NewDisposeScope();
        using var model = Train();
        var autoencoder = (BatchTopKAutoencoder)model.Autoencoder;
        var x = new SyntheticActivations(SyntheticActivations.SmallArchitecture, seed: 8).Batch(2000).HiddenStates[0];
        using var encoded = model.Forward([x]);
        ((double)encoded.Codes.CountActive() / 2000).Should().BeInRange(3, 5, "K is 4");

        SaeLensExport.Save(model, _temporary.File("sae"), new SaeLensExportOptions { LanguageModel = "tiny", ContextLength = 64 });
        using var published = PublishedAutoencoder.Load(_temporary.File("sae"));
        published.Model.Autoencoder.Should().BeOfType<JumpReluAutoencoder>("SAELens has no BatchTopK for inference");
        using var again = published.Model.Forward([x]);
        again.Reconstruction.equal(encoded.Reconstruction).all().item<bool>().Should().BeTrue();

        var manifest = BundledModel.Describe(model, "mine", contextLength: 64, new RouteSae.Tokens.SpecialTokenPolicy());
        manifest.Autoencoder.Should().Be("batchTopK");
        var path = _temporary.File("autoencoder.safetensors");
        using (var file = File.Create(path))
            model.Save(file);
        using var weights = SafetensorsFile.Open(path);
        using var loaded = BundledModel.Load(BundleManifest.Parse(Listed(manifest).ToJson(), "here"), weights, CPU);
        using var third = loaded.Forward([x]);
        third.Reconstruction.equal(encoded.Reconstruction).all().item<bool>().Should().BeTrue();
        autoencoder.Threshold.item<float>().Should().BePositive();
    }

    [Fact]
    public void The_authors_program_has_none()
    {
        FluentActions.Invoking(() => BatchTopKAutoencoder.Definition.Create(Architecture with { Fidelity = Fidelity.Reference }, seed: 1))
            .Should().Throw<ArgumentException>().WithMessage("*Fidelity is Reference, but the authors' program has no BatchTopK. Use Corrected.");
    }

    private static BundleManifest Listed(BundleManifest manifest) => manifest with
    {
        Files = BundleFileNames.Required(true).ToDictionary(name => name, _ => new RouteSae.Files.BundleFile(1, new string('0', 64))),
    };

    private static SingleLayerModel Train()
    {
        var architecture = SyntheticActivations.SmallArchitecture;
        var data = new SyntheticActivations(architecture);
        var model = new SingleLayerModel(
            BatchTopKAutoencoder.Definition.Create(new TopKArchitecture { HiddenSize = architecture.HiddenSize, Latents = 64, ActiveLatents = 4 }, seed: 3), hiddenState: 2);
        using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions { TotalTokens = 600 * 64, BatchTokens = 64, LearningRate = 2e-3 });
        trainer.Train(data.Batches(600, 64).Select(batch =>
        {
            using (batch)
                return new HiddenStateBatch([batch.HiddenStates[0].alias()], null);
        }));
        return model;
    }

    private static Tensor TwoTokens() => tensor(new[] { 3.0, 1.0, 0.5, -2.0 }).view(2, 2);

    private static BatchTopKAutoencoder ByHand() => (BatchTopKAutoencoder)BatchTopKAutoencoder.Definition.FromTensors(Architecture, new Dictionary<string, Tensor>
    {
        ["pre_bias"] = zeros(2, dtype: ScalarType.Float64),
        ["latent_bias"] = zeros(3, dtype: ScalarType.Float64),
        ["threshold"] = zeros(1, dtype: ScalarType.Float64),
        ["encoder.weight"] = tensor(new[] { 1.0, 0, 0, 1, 1, 1 }).view(3, 2),
        ["decoder.weight"] = tensor(new[] { 1.0, 0, 0, 0, 1, 0.5 }).view(2, 3),
    });
}
