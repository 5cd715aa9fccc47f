using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Published;
using RouteSae.Reference;
using RouteSae.Tensors;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Reference;

public sealed class ReferenceAutoencoderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Path => _temporary.File("final.safetensors");

    public static TheoryData<string, ReferenceArchitecture> Cases => new()
    {
        { "vanilla_a", ReferenceArchitecture.Vanilla },
        { "gated_a", ReferenceArchitecture.Gated },
        { "topk_a", ReferenceArchitecture.TopK },
        { "jumprelu_default_a", ReferenceArchitecture.JumpRelu },
        { "jumprelu_wide_a", ReferenceArchitecture.JumpRelu },
        { "routesae_sum_hard_a", ReferenceArchitecture.RouteSae },
        { "routesae_sum_soft_a", ReferenceArchitecture.RouteSae },
        { "routesae_mean_hard_a", ReferenceArchitecture.RouteSae },
        { "routesae_mean_soft_a", ReferenceArchitecture.RouteSae },
        { "crosscoder_a", ReferenceArchitecture.Crosscoder },
        { "mlsae_a", ReferenceArchitecture.Mlsae },
        { "random_a", ReferenceArchitecture.Random },
    };

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_state_dict_computes_what_the_authors_program_computes(string name, ReferenceArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        using var golden = new AutoencoderCase(name);
        SafetensorsWriter.Write(Path, golden.Tensors.Under("param."));

        using var model = ReferenceAutoencoder.Load(Path, Options(golden, architecture));

        using var encoded = model.Forward(golden.HiddenStates(0));
        var (targets, codes, reconstruction) = golden.SingleStep(encoded, model.Latents);
        targets.ShouldBeClose(golden.Tokens(architecture == ReferenceArchitecture.RouteSae ? "fwd.routed_x" : "pre.x"), "targets");
        codes.ShouldBeClose(golden.Tokens("fwd.latents"), "codes");
        reconstruction.ShouldBeClose(golden.Tokens("fwd.x_hat"), "reconstruction");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_the_authors_program_saved_after_training_is_loaded_bit_for_bit(string name, ReferenceArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        using var golden = new AutoencoderCase(name);
        var saved = golden.Tensors.Under("traj.final.");
        SafetensorsWriter.Write(Path, saved);

        using var model = ReferenceAutoencoder.Load(Path, Options(golden, architecture));

        model.Parameters.Select(parameter => parameter.Name).Should().BeEquivalentTo(saved.Keys);
        foreach (var parameter in model.Parameters)
            parameter.ToStored(parameter.Value).equal(saved[parameter.Name]).all().item<bool>().Should().BeTrue(parameter.Name);
        model.Fidelity.Should().Be(Fidelity.Reference);
    }

    [Theory]
    [InlineData("gated_a", typeof(GatedAutoencoder))]
    [InlineData("jumprelu_wide_a", typeof(JumpReluAutoencoder))]
    public void The_names_tell_what_they_can(string name, Type expected)
    {
        using var scope = NewDisposeScope();
        Write(name);

        using var model = ReferenceAutoencoder.Load(Path, new ReferenceAutoencoderOptions { HiddenStates = [5], Fidelity = Fidelity.Corrected });

        ((SingleLayerModel)model).Autoencoder.Should().BeOfType(expected);
        model.HiddenStates.Should().Equal(5);
        model.Fidelity.Should().Be(Fidelity.Corrected);
    }

    [Fact]
    public void Names_of_several_models_need_the_architecture()
    {
        Write("topk_a");
        Message(new ReferenceAutoencoderOptions { HiddenStates = [5] }).Should().Be(
            $"{Path} may be Vanilla or TopK or Mlsae or Random, whose tensors have the same names: set Architecture.");
        Message(new ReferenceAutoencoderOptions { Architecture = ReferenceArchitecture.Gated }).Should().Be(
            $"Architecture is Gated, but the tensors in {Path} are those of Vanilla or TopK or Mlsae or Random.");
    }

    [Fact]
    public void Everything_that_the_file_does_not_tell_is_asked_for_at_once()
    {
        Write("routesae_sum_hard_a");
        Message(new ReferenceAutoencoderOptions()).Should().Be(
            $"""
            RouteSae in {Path} cannot be used:
            - HiddenStates is not set; the file does not tell which hidden states are read.
            - ActiveLatents is not set; the file does not tell K.
            - Aggregation is not set; the file does not tell whether the router reads the sum or the mean.
            - Mode is not set; the file does not tell whether routing is hard or soft.
            """.ReplaceLineEndings());
        Message(new ReferenceAutoencoderOptions { HiddenStates = [1, 2], ActiveLatents = 4, Aggregation = RouterAggregation.Sum, Mode = RoutingMode.Hard })
            .Should().EndWith("- HiddenStates is [1, 2]; it must name 5.");
    }

    [Fact]
    public void Other_names_are_no_state_dict_of_the_program()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(Path, new Dictionary<string, Tensor> { ["weight"] = zeros(2, 2), ["bias"] = zeros(2) });

        FluentActions.Invoking(() => ReferenceAutoencoder.Load(Path, new ReferenceAutoencoderOptions())).Should().Throw<PublishedFormatException>().WithMessage(
            $"{Path} holds bias, weight, which is not the state_dict of one of the models Vanilla, Gated, TopK, JumpRelu, RouteSae, Crosscoder, Mlsae, Random.");
    }

    private void Write(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new AutoencoderCase(name);
        SafetensorsWriter.Write(Path, golden.Tensors.Under("traj.final."));
    }

    private string Message(ReferenceAutoencoderOptions options) =>
        FluentActions.Invoking(() => ReferenceAutoencoder.Load(Path, options)).Should().Throw<ArgumentException>().Which.Message;

    private static ReferenceAutoencoderOptions Options(AutoencoderCase golden, ReferenceArchitecture architecture)
    {
        using var model = golden.Model();
        var routed = (model as RouteSaeModel)?.Architecture;
        return new ReferenceAutoencoderOptions
        {
            Architecture = architecture,
            HiddenStates = model.HiddenStates,
            ActiveLatents = golden.Json.GetProperty("config").TryGetProperty("k", out var active) && active.ValueKind == System.Text.Json.JsonValueKind.Number ? active.GetInt32() : null,
            Aggregation = routed?.Aggregation,
            Mode = routed?.Mode,
            Seed = 1,
        };
    }
}
