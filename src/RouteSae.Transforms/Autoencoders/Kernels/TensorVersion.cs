using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>libtorch's count of the changes made to a tensor in place, through it or through its views.</summary>
internal static class TensorVersion
{
    private static readonly Lazy<jit.CompilationUnit> s_script = new(() => jit.compile(
        """
        def version(t: Tensor) -> int:
            return torch._version(t)

        """));

    public static long Of(Tensor tensor) => ((Scalar)s_script.Value.invoke("version", tensor)).ToInt64();
}
