using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>What Adam remembers of one parameter. Owns its tensors.</summary>
/// <param name="First">The running mean of the gradient, shaped like the parameter; PyTorch's exp_avg.</param>
/// <param name="Second">The running mean of the squared gradient; PyTorch's exp_avg_sq.</param>
public sealed record AdamMoments(Tensor First, Tensor Second) : IDisposable
{
    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
