using RouteSae.Autoencoders;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Benchmarks.Work;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>Hidden states to codes: route and encode.</summary>
internal sealed class InferencePart : InferenceComparison<Tensor[], Tensor[]>
{
    public override string Name => "inference";

    protected override string Title => "Route and encode (inference)";

    protected override bool SmallBatches => true;

    protected override void Complete(ComparisonTable table, Scale scale)
    {
        if (scale.AuthorsInference is { } figure)
            table.AddElsewhere(scale.Name, figure);
    }

    protected override Tensor[] Prepare(PlainRouteSae plain, Tensor[] hiddenStates) => hiddenStates;

    protected override Tensor[] Prepare(RouteSaeModel model, Tensor[] hiddenStates) => hiddenStates;

    protected override void Compute(PlainRouteSae plain, Tensor[] input) => plain.Encode(plain.Route(input).X);

    protected override void Compute(RouteSaeModel model, Tensor[] input) => model.Encode(model.Route(input).X);
}
