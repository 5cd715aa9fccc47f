using RouteSae.Autoencoders;
using RouteSae.Benchmarks.PlainPort;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>Standardise, route, gather.</summary>
internal sealed class RoutePart : InferenceComparison<Tensor[], Tensor[]>
{
    public override string Name => "route";

    protected override string Title => "Standardise, route, gather";

    protected override Tensor[] Prepare(PlainRouteSae plain, Tensor[] hiddenStates) => hiddenStates;

    protected override Tensor[] Prepare(RouteSaeModel model, Tensor[] hiddenStates) => hiddenStates;

    protected override void Compute(PlainRouteSae plain, Tensor[] input) => plain.Route(input);

    protected override void Compute(RouteSaeModel model, Tensor[] input) => model.Route(input);
}
