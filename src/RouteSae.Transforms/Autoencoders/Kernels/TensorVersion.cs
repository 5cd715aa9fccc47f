using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>libtorch's count of the changes made to a tensor in place, through it or through its views; none for tensors made in inference mode.</summary>
internal static class TensorVersion
{
    private static readonly Lazy<jit.CompilationUnit> s_script = new(() => jit.compile(
        """
        def version(t: Tensor) -> int:
            return -1 if torch.is_inference(t) else torch._version(t)

        """));

    /// <summary>The count; null where libtorch keeps none.</summary>
    public static long? Of(Tensor tensor)
    {
        var version = ((Scalar)s_script.Value.invoke("version", tensor)).ToInt64();
        return version < 0 ? null : version;
    }
}
