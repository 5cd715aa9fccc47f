using RouteSae.Autoencoders;
using RouteSae.Benchmarks.PlainPort;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>Routed activations to codes.</summary>
internal sealed class EncodePart : InferenceComparison<Tensor, Tensor>
{
    public override string Name => "encode";

    protected override string Title => "Encode";

    protected override Tensor Prepare(PlainRouteSae plain, Tensor[] hiddenStates) => plain.Route(hiddenStates).X;

    protected override Tensor Prepare(RouteSaeModel model, Tensor[] hiddenStates) => model.Route(hiddenStates).X;

    protected override void Compute(PlainRouteSae plain, Tensor input) => plain.Encode(input);

    protected override void Compute(RouteSaeModel model, Tensor input) => model.Encode(input);
}
