using RouteSae.Autoencoders;
using RouteSae.Training;

namespace RouteSae.PaperComparison;

/// <summary>One choice of routing or training changed at a time.</summary>
internal static class RouterVariants
{
    public static IEnumerable<Candidate> All(Architectures architectures, int active)
    {
        var hard = architectures.Routing(active);
        yield return Architectures.Routed("default", hard);
        yield return Architectures.Routed("Fidelity.Reference", hard with { Fidelity = Fidelity.Reference });
        yield return Architectures.Routed("target as written", hard with { Target = RouterTarget.AsWritten });
        yield return Architectures.Routed("target straight through", hard with { Target = RouterTarget.StraightThrough });
        yield return Changed("no load balance", options => options.LoadBalanceCoefficient = 0);
        yield return Changed("load balance 0.1", options => options.LoadBalanceCoefficient = 0.1);
        yield return Changed("entropy 0.01", options => options.RouterEntropyCoefficient = 0.01);
        yield return Changed("entropy -0.01", options => options.RouterEntropyCoefficient = -0.01);
        yield return Architectures.Routed("straight through, no load balance", hard with { Target = RouterTarget.StraightThrough }) with { Configure = options => options.LoadBalanceCoefficient = 0 };
        yield return Architectures.Routed("router reads the sum", hard with { Aggregation = RouterAggregation.Sum });
        yield return Architectures.Routed("two hidden states", hard with { Mode = RoutingMode.TopTwo });
        yield return Architectures.Routed("soft", hard with { Mode = RoutingMode.Soft });
        yield return Architectures.Routed("scaled per layer", hard with { Scaling = HiddenStateScaling.PerLayer });
        yield return Changed("no AuxK", options => options.AuxiliaryCoefficient = 0);
        yield return Changed("dead after 20,000 tokens", options => options.DeadAfterTokens = 20_000);
        yield return Changed("b_pre starts at 0", options => options.CenterPreBias = false);

        Candidate Changed(string name, Action<AutoencoderTrainerOptions> change) => Architectures.Routed(name, hard) with { Configure = change };
    }
}
