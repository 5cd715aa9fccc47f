using static TorchSharp.torch;

namespace RouteSae.Tools.TinyModel;

/// <summary>Adam with a float32 master copy of one bfloat16 weight.</summary>
internal sealed class AdamGroup : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8;

    private readonly Tensor _weight;

    public AdamGroup(Tensor weight)
    {
        _weight = weight;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Master = weight.to_type(ScalarType.Float32).clone().DetachFromDisposeScope();
        First = zeros_like(Master).DetachFromDisposeScope();
        Second = zeros_like(Master).DetachFromDisposeScope();
    }

    public Tensor Master { get; }

    public Tensor First { get; }

    public Tensor Second { get; }

    /// <param name="gradient">Float32, in the weight's shape; overwritten.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="step">Number of this step, from 1.</param>
    public void Step(Tensor gradient, double rate, long step)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        First.mul_(Beta1).add_(gradient, alpha: 1 - Beta1);
        Second.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
        var size = (Second / (1 - Math.Pow(Beta2, step))).sqrt_().add_(Epsilon);
        Master.addcdiv_(First, size, -rate / (1 - Math.Pow(Beta1, step)));
        WriteBack();
    }

    public void WriteBack()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _weight.copy_(Master);
    }

    public void Dispose()
    {
        Master.Dispose();
        First.Dispose();
        Second.Dispose();
    }
}
