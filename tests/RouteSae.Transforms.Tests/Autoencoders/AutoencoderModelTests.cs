using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

/// <summary>What holds for the models of every architecture.</summary>
public sealed class AutoencoderModelTests
{
    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void ForwardTellsWhatWasReadEncodedAndReconstructed(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);

        var encoded = model.Forward(SmallModels.Activations(model, tokens: 7));

        var rows = kind == "MLSAE" ? 21 : 7;
        encoded.Codes.Tokens.Should().Be(rows);
        encoded.Targets.shape.Should().Equal(kind == "Crosscoder" ? [7, 3, 8] : [rows, 8]);
        encoded.Reconstruction.shape.Should().Equal(encoded.Targets.shape);
        encoded.LayerWeights.shape.Should().Equal(rows, model.HiddenStates.Count);
        encoded.LayerWeights.sum(1L).ShouldBeClose(ones(rows), "sums of layer weights");
        ReferenceEquals(encoded.Probabilities, null).Should().Be(kind != "RouteSAE");
        var active = encoded.Codes.CountActive();
        active.Should().BeInRange(1, rows * (long)(SmallModels.HasPenalty(kind) || kind is "BatchTopK" or "Matryoshka" ? 20 : 6));
    }

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void CorrectedCodesAreNeverNegativeHoweverTheyAreSelected(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind);
        var hiddenStates = SmallModels.Activations(model, tokens: 40);

        foreach (var selection in new[] { null, CodeSelection.Largest(20), CodeSelection.Above(-5) })
        {
            var encoded = model.Forward(hiddenStates, selection);
            encoded.Codes.Values.min().item<float>().Should().BeGreaterOrEqualTo(0);
            encoded.Codes.CountActive().Should().BePositive();
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void TheLargestCodesAreThoseOfTheWholeThatAreLargest(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);
        var hiddenStates = SmallModels.Activations(model, tokens: 40);

        var all = Dense(model, hiddenStates, CodeSelection.Largest(1000));
        var three = Dense(model, hiddenStates, CodeSelection.Largest(3));

        if (kind == "Gated" && fidelity == Fidelity.Reference)
            three.ShouldBeIdentical(all, "codes: the reference's gated autoencoder ignores the selection");
        else
            three.ShouldBeIdentical(where(all >= all.topk(3).values.narrow(1, 2, 1), all, zeros_like(all)), "codes");
    }

    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void AThresholdKeepsWhatLiesAboveIt(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);
        var hiddenStates = SmallModels.Activations(model, tokens: 40);
        var all = Dense(model, hiddenStates, CodeSelection.Largest(1000));

        var above = Dense(model, hiddenStates, CodeSelection.Above(0.4));
        var none = Dense(model, hiddenStates, CodeSelection.Above(1e6));

        if (kind == "Gated" && fidelity == Fidelity.Reference)
        {
            above.ShouldBeIdentical(all, "codes: the reference's gated autoencoder ignores the selection");
            return;
        }
        above.ShouldBeIdentical(where(all > 0.4, all, zeros_like(all)), "codes");
        above.count_nonzero().item<long>().Should().BePositive();
        none.count_nonzero().item<long>().Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void NoTokensGiveNoCodes(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);

        var encoded = model.Forward(SmallModels.Activations(model, tokens: 0));

        encoded.Codes.Tokens.Should().Be(0);
        encoded.Reconstruction.shape[0].Should().Be(0);
        encoded.LayerWeights.shape.Should().Equal(0, model.HiddenStates.Count);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void BFloat16HiddenStatesAreComputedInTheTypeOfTheModel(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind);
        Tensor[] raw = [.. SmallModels.Activations(model, tokens: 5).Select(state => state.to(ScalarType.BFloat16))];

        var encoded = model.Forward(raw);

        encoded.Reconstruction.dtype.Should().Be(ScalarType.Float32);
        encoded.Reconstruction.ShouldBeIdentical(model.Forward([.. raw.Select(state => state.to(ScalarType.Float32))]).Reconstruction, "reconstruction");
    }

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void HiddenStatesOfAnotherNumberOrShapeAreRefused(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind);
        Tensor[] hiddenStates = SmallModels.Activations(model, tokens: 5);

        var tooMany = () => model.Forward([.. hiddenStates, randn(5, 8)]);
        var tooWide = () => model.Forward([.. hiddenStates[..^1], randn(5, 9)]);

        tooMany.Should().Throw<ArgumentException>().WithMessage(
            $"Got {model.HiddenStates.Count + 1} hidden states, but the model reads {model.HiddenStates.Count} ({string.Join(", ", model.HiddenStates)}).");
        tooWide.Should().Throw<ArgumentException>().WithMessage(
            $"Hidden state {model.HiddenStates[^1]} has shape [5, 9]; the model needs [5, 8], tokens by hidden size, for each hidden state.");
    }

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void ADecoderIsNormalisedAndADirectionOfLengthZeroStays(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind);
        var decoders = model.Parameters.Where(parameter => parameter.Name.Contains("decoder", StringComparison.Ordinal)).ToArray();
        using (no_grad())
            decoders[0].Value[3].zero_();

        model.NormalizeDecoder();

        foreach (var decoder in decoders)
        {
            var expected = ones(20);
            expected[3] = decoder == decoders[0] ? 0 : 1;
            decoder.Value.norm(1).ShouldBeClose(expected, decoder.Name);
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void ForwardLeavesNothingBehind(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind);
        var hiddenStates = SmallModels.Activations(model, tokens: 5);
        var live = new List<long>();
        for (var pass = 0; pass < 6; pass++)
        {
            model.Forward(hiddenStates).Dispose();
            model.Forward(hiddenStates, CodeSelection.Largest(2)).Dispose();
            live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }

        live.Skip(1).Distinct().Should().HaveCount(1);
    }

    private static Tensor Dense(AutoencoderModel model, Tensor[] hiddenStates, CodeSelection selection) =>
        model.Forward(hiddenStates, selection).Codes.ToDense(model.Latents);
}
