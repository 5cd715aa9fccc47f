using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Autoencoders.Kernels;
using RouteSae.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Optimization;

/// <summary>
/// The gradients that kernels write out are those that autograd records: after one step from moments of zero, Adam's first
/// moment is (1 − β₁) times the gradient.
/// </summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
public sealed class KernelGradientTests
{
    private const double Tolerance = 1e-5;

    /// <summary>Tokens, hidden size, latents, active latents.</summary>
    private static readonly (int, int, int, int)[] s_sizes =
    [
        (1, 16, 40, 3), (2, 3, 20, 2), (5, 2, 9, 9), (33, 41, 203, 5), (17, 128, 150, 8), (40, 130, 64, 4), (130, 17, 500, 1), (9, 300, 70, 7),
    ];

    public static IEnumerable<object[]> Cases =>
        from mode in Enum.GetNames<RoutingMode>()
        from aggregation in Enum.GetNames<RouterAggregation>()
        from fidelity in Enum.GetNames<Fidelity>()
        from size in s_sizes
        where mode != nameof(RoutingMode.TopTwo) || fidelity != nameof(Fidelity.Reference)
        select new object[] { mode, aggregation, fidelity, size.Item1, size.Item2, size.Item3, size.Item4 };

    [Theory]
    [MemberData(nameof(Cases))]
    public void GradientsEqualAutograds(string mode, string aggregation, string fidelity, int tokens, int width, int latents, int active)
    {
        var architecture = Architecture(width, latents, active) with
        {
            Mode = Enum.Parse<RoutingMode>(mode),
            Aggregation = Enum.Parse<RouterAggregation>(aggregation),
            Fidelity = Enum.Parse<Fidelity>(fidelity),
        };
        Compare(architecture, new AutoencoderTrainerOptions(), tokens, dead: []);
    }

    [Theory]
    [InlineData(RouterTarget.Detached, HiddenStateScaling.PerLayer)]
    [InlineData(RouterTarget.StraightThrough, HiddenStateScaling.PerToken)]
    [InlineData(RouterTarget.StraightThrough, HiddenStateScaling.PerLayer)]
    [InlineData(RouterTarget.AsWritten, HiddenStateScaling.PerToken)]
    public void EveryTargetAndScalingGivesAutogradsGradients(RouterTarget target, HiddenStateScaling scaling) =>
        Compare(Architecture(width: 43, latents: 150, active: 5) with { Target = target, Scaling = scaling }, new AutoencoderTrainerOptions(), tokens: 24, dead: []);

    [Theory]
    [InlineData(0.5)]
    [InlineData(-0.25)]
    public void TheRoutersEntropyGivesAutogradsGradients(double coefficient) =>
        Compare(Architecture(width: 43, latents: 150, active: 5), new AutoencoderTrainerOptions { RouterEntropyCoefficient = coefficient }, tokens: 24, dead: []);

    [Theory]
    [InlineData(nameof(RoutingMode.Hard), 1)]
    [InlineData(nameof(RoutingMode.Hard), 30)]
    [InlineData(nameof(RoutingMode.Soft), 4)]
    public void DeadLatentsGetTheGradientsOfAuxK(string mode, int auxiliaryLatents)
    {
        var architecture = Architecture(width: 43, latents: 150, active: 5) with { Mode = Enum.Parse<RoutingMode>(mode) };
        var options = new AutoencoderTrainerOptions { AuxiliaryLatents = auxiliaryLatents };

        // Some of these latents are active in this batch all the same.
        Compare(architecture, options, tokens: 24, dead: [0, 1, 5, 17, 60, 61, 62, 99, 149]);
    }

    [Fact]
    public void EveryLatentMayBeDead() =>
        Compare(Architecture(width: 20, latents: 70, active: 3), new AutoencoderTrainerOptions(), tokens: 10, dead: [.. Enumerable.Range(0, 70).Select(j => (long)j)]);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 0)]
    [InlineData(0, 0.5)]
    public void CoefficientsWeighTheLosses(double loadBalance, double auxiliary)
    {
        var options = new AutoencoderTrainerOptions { LoadBalanceCoefficient = loadBalance, AuxiliaryCoefficient = auxiliary };
        Compare(Architecture(width: 24, latents: 80, active: 4), options, tokens: 31, dead: [3, 8, 79]);
    }

    [Fact]
    public void LatentsThatNeverFireGetNoGradient()
    {
        using var scope = NewDisposeScope();
        using var twins = new StepTwins(Architecture(width: 24, latents: 200, active: 2), new AutoencoderTrainerOptions());
        var hiddenStates = twins.HiddenStates(tokens: 6);
        var dead = zeros(0, ScalarType.Int64);
        var codes = twins.Kernel.Evaluate(hiddenStates, dead).Codes!;
        var silent = ones(200, dtype: ScalarType.Bool).index_fill_(0, codes.Indices.reshape(-1), false).nonzero().squeeze(1);

        twins.Kernel.Update();

        silent.shape[0].Should().BeGreaterThan(150);
        foreach (var name in new[] { "sae.encoder.weight", "sae.decoder.weight", "sae.latent_bias" })
            twins.KernelMoment(name).index_select(0, silent).abs().max().item<float>().Should().Be(0, name);
    }

    [Fact]
    public void LatentsBelowZeroGetNoGradientWhereTheyCountAsInactive()
    {
        var architecture = Architecture(width: 24, latents: 60, active: 50);
        Compare(architecture, new AutoencoderTrainerOptions(), tokens: 20, dead: [1, 2]);
    }

    [Fact]
    public void BFloat16AndStridedHiddenStatesGiveTheSameGradients()
    {
        using var scope = NewDisposeScope();
        foreach (var mode in Enum.GetValues<RoutingMode>())
        {
            using var twins = new StepTwins(Architecture(width: 34, latents: 90, active: 5) with { Mode = mode }, new AutoencoderTrainerOptions());
            var hiddenStates = twins.HiddenStates(tokens: 25);
            twins.Compare([.. hiddenStates.Select(tensor => tensor.to(ScalarType.BFloat16))], [], Tolerance);
            using var more = new StepTwins(Architecture(width: 34, latents: 90, active: 5) with { Mode = mode }, new AutoencoderTrainerOptions());
            more.Compare([.. hiddenStates.Select(tensor => tensor.t().contiguous().t())], [], Tolerance);
        }
    }

    [Fact]
    public void BatchesOfChangingSizesAreTrainedOn()
    {
        using var scope = NewDisposeScope();
        using var twins = new StepTwins(Architecture(width: 20, latents: 90, active: 5), new AutoencoderTrainerOptions());
        foreach (var tokens in new[] { 12, 30, 12, 1 })
        {
            var hiddenStates = twins.HiddenStates(tokens);
            var loss = twins.Kernel.Evaluate(hiddenStates, zeros(0, ScalarType.Int64)).Loss;
            var expected = twins.Autograd.Evaluate(hiddenStates, zeros(0, ScalarType.Int64)).Loss;
            loss.Should().BeApproximately(expected, 1e-4 * expected);
            twins.Kernel.Update();
            twins.Autograd.Update();
        }
    }

    [Fact]
    public void StepsLeaveNothingBehind()
    {
        using var twins = new StepTwins(Architecture(width: 20, latents: 90, active: 5), new AutoencoderTrainerOptions());
        var live = new List<long>();
        for (var step = 0; step < 12; step++)
        {
            using (NewDisposeScope())
            {
                twins.Kernel.Evaluate(twins.HiddenStates(tokens: step % 3 == 0 ? 7 : 20), tensor(new long[] { 3, 4 }));
                twins.Kernel.Update();
            }
            live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        live[4..].Should().AllBeEquivalentTo(live[4], "each step frees what it makes");
    }

    private static RouteSaeArchitecture Architecture(int width, int latents, int active) =>
        new() { HiddenSize = width, RoutedHiddenStates = [2, 3, 5], Latents = latents, ActiveLatents = active };

    private static void Compare(RouteSaeArchitecture architecture, AutoencoderTrainerOptions options, int tokens, long[] dead)
    {
        using var scope = NewDisposeScope();
        using var twins = new StepTwins(architecture, options);
        twins.Compare(twins.HiddenStates(tokens), dead, Tolerance);
    }
}
