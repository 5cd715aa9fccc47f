using FluentAssertions;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Tests;

/// <summary>Plain port and product compute the same from hidden states to reconstruction.</summary>
public sealed class PlainInferenceTests
{
    public static IEnumerable<object[]> Cases => SmallCase.All();

    [Theory]
    [MemberData(nameof(Cases))]
    public void RoutingIsTheSame(string path, string fidelity, string scale)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var small = SmallCase.Of(path, fidelity, scale);
        var hiddenStates = small.Batch(0).HiddenStates;

        var routed = small.Model.Route(hiddenStates);
        var plain = small.Plain.Route(hiddenStates);

        routed.Probabilities.ShouldEqual(plain.Probabilities[0], "probabilities");
        routed.X.ShouldEqual(plain.X[0], "routed activation");
        routed.Chosen.ShouldEqual(plain.LayerWeights[0].argmax(-1), "chosen hidden states", relative: 0);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void CodesAndReconstructionAreTheSame(string path, string fidelity, string scale)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var small = SmallCase.Of(path, fidelity, scale);
        var x = small.Model.Route(small.Batch(0).HiddenStates).X;

        var codes = small.Model.Encode(x);
        var latents = small.Plain.Encode(x.unsqueeze(0));

        var dense = codes.ToDense(small.Model.Architecture.Latents);
        (dense != 0).eq(latents[0] != 0).all().item<bool>().Should().BeTrue("the same latents are active");
        dense.ShouldEqual(latents[0], "codes");
        small.Model.Decode(codes).ShouldEqual(small.Plain.Decode(latents)[0], "reconstruction");
    }
}
