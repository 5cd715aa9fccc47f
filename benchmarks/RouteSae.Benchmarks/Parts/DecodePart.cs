using RouteSae.Autoencoders;
using RouteSae.Benchmarks.PlainPort;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>Codes to reconstructions.</summary>
internal sealed class DecodePart : InferenceComparison<Tensor, SparseCodes>
{
    public override string Name => "decode";

    protected override string Title => "Decode";

    protected override Tensor Prepare(PlainRouteSae plain, Tensor[] hiddenStates) => plain.Encode(plain.Route(hiddenStates).X);

    protected override SparseCodes Prepare(RouteSaeModel model, Tensor[] hiddenStates) => model.Encode(model.Route(hiddenStates).X);

    protected override void Compute(PlainRouteSae plain, Tensor input) => plain.Decode(input);

    protected override void Compute(RouteSaeModel model, SparseCodes input) => model.Decode(input);
}
