using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Published;
using RouteSae.Tests.Autoencoders;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

public sealed class SaeLensExportTests : IDisposable
{
    private static readonly SaeLensExportOptions Options = new() { LanguageModel = "tiny", ContextLength = 256, Dataset = "texts" };

    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.File("sae");

    public static TheoryData<string, HiddenStateScaling> KindsAndScalings
    {
        get
        {
            var data = new TheoryData<string, HiddenStateScaling>();
            foreach (var kind in new[] { "ReLU", "TopK", "JumpReLU", "Gated" })
            {
                foreach (var scaling in Enum.GetValues<HiddenStateScaling>().Where(scaling => scaling != HiddenStateScaling.PerLayer))
                    data.Add(kind, scaling);
            }

            return data;
        }
    }

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(KindsAndScalings))]
    public void What_was_exported_comes_back_bit_for_bit(string kind, HiddenStateScaling scaling)
    {
        using var scope = NewDisposeScope();
        using var model = Create(kind, scaling);
        SaeLensExport.Save(model, Folder, Options);

        using var published = PublishedAutoencoder.Load(Folder);

        published.Model.Description.Should().Be(model.Description);
        published.Model.Scaling.Should().Be(scaling);
        published.LanguageModel.Should().Be("tiny");
        published.ContextLength.Should().Be(256);
        foreach (var (actual, expected) in published.Model.Parameters.Zip(model.Parameters))
        {
            actual.Name.Should().Be(expected.Name);
            actual.Value.equal(expected.Value).all().item<bool>().Should().BeTrue(actual.Name);
        }
    }

    [Theory]
    [MemberData(nameof(KindsAndScalings))]
    public void SAELens_computes_from_the_folder_what_we_compute(string kind, HiddenStateScaling scaling)
    {
        using var scope = NewDisposeScope();
        using var model = Create(kind, scaling);

        var notes = SaeLensExport.Save(model, Folder, Options);

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "cfg.json")))!;
        using var tensors = new GoldenTensors(Path.Combine(Folder, "sae_weights.safetensors"));
        var plain = new PlainAutoencoder(tensors.Under(""))
        {
            Architecture = config["architecture"]!.GetValue<string>(),
            Normalization = config["normalize_activations"]!.GetValue<string>(),
            AppliesInputBias = config["apply_b_dec_to_input"]!.GetValue<bool>(),
            ActiveLatents = config["k"]?.GetValue<int>() ?? 0,
        };
        var centered = config["metadata"]!["model_from_pretrained_kwargs"]!["center_writing_weights"]!.GetValue<bool>();
        model.ShouldComputeLike(
            plain, centered ? state => [.. state.Select(value => value - state.Average())] : null, centered ? (state, value) => value + state.Average() : null);
        notes.Should().HaveCount(scaling == HiddenStateScaling.PerToken ? 1 : 0);
    }

    [Theory]
    [InlineData(0, "blocks.0.hook_resid_pre")]
    [InlineData(1, "blocks.0.hook_resid_post")]
    [InlineData(12, "blocks.11.hook_resid_post")]
    public void A_hidden_state_has_a_hook(int hiddenState, string hook)
    {
        using var model = new SingleLayerModel(ReluAutoencoder.Create(new AutoencoderArchitecture { HiddenSize = 4, Latents = 6 }, seed: 1), hiddenState, HiddenStateScaling.None);
        SaeLensExport.Save(model, Folder, Options);

        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "cfg.json")))!["metadata"]!["hook_name"]!.GetValue<string>().Should().Be(hook);
        using var published = PublishedAutoencoder.Load(Folder);
        published.Model.HiddenStates.Should().Equal(hiddenState);
    }

    [Theory]
    [InlineData("RouteSAE", "A RouteSAE reads, of each token, the hidden state that its router chooses; an autoencoder of SAELens reads one hook and has no router. Only an autoencoder of one hidden state (SingleLayerModel) can be exported.")]
    [InlineData("MLSAE", "MLSAE, TopK (K = 6) on hidden states 1, 2, 3 reads several hidden states; an autoencoder of SAELens reads one hook. Only an autoencoder of one hidden state (SingleLayerModel) can be exported.")]
    [InlineData("Crosscoder", "Crosscoder on hidden states 1, 2, 3 reads several hidden states; *")]
    public void What_the_format_has_no_place_for_is_not_exported(string kind, string message)
    {
        using var model = SmallModels.Create(kind);

        FluentActions.Invoking(() => SaeLensExport.Save(model, Folder, Options)).Should().Throw<NotSupportedException>().WithMessage(message);
        Directory.Exists(Folder).Should().BeFalse();
    }

    [Fact]
    public void Negative_codes_are_not_exported()
    {
        using var model = SmallModels.Create("TopK", Fidelity.Reference);

        FluentActions.Invoking(() => SaeLensExport.Save(model, Folder, Options)).Should().Throw<NotSupportedException>()
            .WithMessage("SAELens has no negative activations, which Fidelity.Reference keeps. Load the model with Fidelity.Corrected and look at its codes before exporting it.");
    }

    [Fact]
    public void A_folder_with_other_things_is_left_alone_and_an_autoencoder_replaced()
    {
        using var model = SmallModels.Create("ReLU");
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "notes.txt"), "mine");
        FluentActions.Invoking(() => SaeLensExport.Save(model, Folder, Options)).Should().Throw<IOException>();
        File.Delete(Path.Combine(Folder, "notes.txt"));

        SaeLensExport.Save(model, Folder, Options);
        SaeLensExport.Save(model, Folder, Options);

        Directory.EnumerateFileSystemEntries(Folder).Select(Path.GetFileName).Should().BeEquivalentTo("cfg.json", "sae_weights.safetensors");
    }

    private static SingleLayerModel Create(string kind, HiddenStateScaling scaling)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(3);
        var autoencoder = ((SingleLayerModel)SmallModels.Create(kind)).Autoencoder;
        foreach (var parameter in autoencoder.Parameters)
            parameter.Value.add_(randn(parameter.Value.shape, generator: generator) * 0.2);
        return new SingleLayerModel(autoencoder, hiddenState: 2, scaling);
    }
}
