using static TorchSharp.torch;

namespace RouteSae.Kernels;

/// <summary>Tells training from inference.</summary>
internal static class Gradients
{
    /// <summary>
    /// Whether an operation on these tensors must be recorded. Where not, a kernel is called directly: a recorded function
    /// keeps what it saves for the backward pass until the garbage collector comes by.
    /// </summary>
    public static bool AreWanted(params ReadOnlySpan<Tensor> tensors)
    {
        if (!is_grad_enabled())
            return false;
        foreach (var tensor in tensors)
        {
            if (tensor.requires_grad)
                return true;
        }

        return false;
    }
}
