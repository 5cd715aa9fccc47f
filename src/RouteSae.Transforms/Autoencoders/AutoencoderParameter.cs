using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>A tensor of a model, and how the reference implementation's state_dict stores it. Owns the tensor.</summary>
public sealed class AutoencoderParameter : IDisposable
{
    internal AutoencoderParameter(string name, Tensor value, bool storedTransposed = false, bool isTrained = true)
    {
        Name = name;
        Value = value.DetachFromDisposeScope();
        StoredTransposed = storedTransposed;
        IsTrained = isTrained;
    }

    /// <summary>The name in the state_dict, such as <c>sae.encoder.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The parameter as computation wants it.</summary>
    public Tensor Value { get; }

    /// <summary>Whether the stored form is the transpose of <see cref="Value"/>.</summary>
    public bool StoredTransposed { get; }

    /// <summary>Whether the loss reaches it: an optimiser leaves the others alone.</summary>
    public bool IsTrained { get; }

    /// <summary>Times the learning rate of the step: above 1 where the parameter lives on a scale on which Adam's steps are small. Default 1.</summary>
    public double LearningRateFactor { get; internal init; } = 1;

    /// <summary>A detached copy, in stored layout, of the parameter or of a tensor shaped like it (a gradient, an Adam moment). The caller owns it.</summary>
    /// <param name="like">A tensor of the shape of <see cref="Value"/>.</param>
    public Tensor ToStored(Tensor like)
    {
        using var scope = NewDisposeScope();
        var detached = like.detach();
        var stored = StoredTransposed ? detached.t().contiguous() : detached.clone();
        return stored.MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tensor.</summary>
    public void Dispose() => Value.Dispose();
}
