using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>x = (h − mean) / (std + 1e-6) over the hidden size, with the unbiased standard deviation: brings hidden states of all layers to one scale.</summary>
public static class Standardization
{
    /// <summary>Keeps a token whose hidden state is constant at zero instead of at 0/0.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>Standardises each row.</summary>
    /// <param name="hiddenState">[..., D], raw.</param>
    public static StandardizedActivations Apply(Tensor hiddenState)
    {
        using var scope = NewDisposeScope();
        using Scalar degrees = hiddenState.shape[^1] - 1, epsilon = Epsilon; // kept from the garbage collector while libtorch reads them
        long[] lastDimension = [-1];
        var mean = hiddenState.mean(lastDimension, keepdim: true);
        var values = hiddenState - mean;
        // torch's std takes one pass by Welford's method, several times slower than these two.
        var deviation = (values.square().sum(lastDimension, keepdim: true) / degrees).sqrt();
        values = values / (deviation + epsilon); // not in place: the gradient towards the hidden state needs both
        return new StandardizedActivations(
            values.MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope(), deviation.MoveToOuterDisposeScope());
    }
}
