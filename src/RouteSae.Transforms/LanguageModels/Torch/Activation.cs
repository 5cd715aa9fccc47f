using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels.Torch;

/// <summary>The nonlinearities; their equations stand at <see cref="ActivationKind"/>.</summary>
internal static class Activation
{
    public static Tensor Apply(ActivationKind kind, Tensor x) => kind switch
    {
        ActivationKind.Gelu => functional.gelu(x),
        ActivationKind.GeluTanh => functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
        ActivationKind.GeluSigmoid => x * (1.702 * x).sigmoid(),
        ActivationKind.Relu => functional.relu(x),
        ActivationKind.ReluSquared => functional.relu(x).square(),
        ActivationKind.Tanh => x.tanh(),
        _ => functional.silu(x),
    };
}
