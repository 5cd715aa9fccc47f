using RouteSae.Autoencoders.Kernels;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>
/// Adam (Kingma and Ba, 2015, algorithm 1) as PyTorch computes it: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
/// θ ← θ − lr · m̂ / (√v̂ + ε), with m̂ = m / (1−β₁ᵗ) and v̂ = v / (1−β₂ᵗ). Owns its moments, not the parameters.
/// </summary>
public sealed class AdamOptimizer : IDisposable
{
    private readonly IReadOnlyList<Tensor> _parameters;
    private readonly IReadOnlyList<double>? _factors;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;

    /// <summary>Starts with moments of zero.</summary>
    /// <param name="parameters">The tensors that steps change in place.</param>
    /// <param name="beta1">β₁. Default 0.9.</param>
    /// <param name="beta2">β₂. Default 0.999.</param>
    /// <param name="epsilon">ε. Default 1e-8.</param>
    /// <param name="learningRateFactors">What the learning rate is multiplied by for each parameter, in their order. Default null: 1.</param>
    public AdamOptimizer(
        IReadOnlyList<Tensor> parameters, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, IReadOnlyList<double>? learningRateFactors = null)
    {
        (_parameters, _factors) = (parameters, learningRateFactors);
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
        Moments = parameters.Select(Zero).ToArray();
    }

    /// <summary>The state of each parameter, in the order of the parameters.</summary>
    public IReadOnlyList<AdamMoments> Moments { get; }

    /// <summary>t, the number of steps taken.</summary>
    public int StepsTaken { get; private set; }

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">One gradient a parameter, in their order.</param>
    /// <param name="learningRate">lr of this step.</param>
    public void Step(IReadOnlyList<Tensor> gradients, double learningRate)
    {
        using var noGradient = no_grad();
        StepsTaken++;
        for (var i = 0; i < _parameters.Count; i++)
            Update(_parameters[i], gradients[i], Moments[i], learningRate * (_factors?[i] ?? 1));
    }

    /// <summary>Begins a step that kernels take, with the numbers that it needs.</summary>
    /// <param name="learningRate">lr of this step.</param>
    internal AdamStep Begin(double learningRate)
    {
        StepsTaken++;
        return new AdamStep(
            _beta1, _beta2, learningRate / (1 - Math.Pow(_beta1, StepsTaken)), 1 / Math.Sqrt(1 - Math.Pow(_beta2, StepsTaken)), _epsilon);
    }

    /// <summary>Saves the moments and the number of steps.</summary>
    /// <param name="names">The parameters' names, in their order.</param>
    /// <param name="state">Takes them.</param>
    internal void Save(IReadOnlyList<string> names, TrainingState state)
    {
        state.Set("steps", StepsTaken);
        foreach (var (name, moments) in names.Zip(Moments))
        {
            state.Set($"first.{name}", moments.First);
            state.Set($"second.{name}", moments.Second);
        }
    }

    /// <summary>Takes over what <see cref="Save"/> has saved.</summary>
    internal void Restore(IReadOnlyList<string> names, TrainingState state)
    {
        StepsTaken = state.Value<int>("steps");
        foreach (var (name, moments) in names.Zip(Moments))
        {
            state.CopyTo($"first.{name}", moments.First);
            state.CopyTo($"second.{name}", moments.Second);
        }
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (var moments in Moments)
            moments.Dispose();
    }

    private void Update(Tensor parameter, Tensor gradient, AdamMoments moments, double learningRate)
    {
        using var scope = NewDisposeScope();
        moments.First.lerp_(gradient, 1 - _beta1);
        moments.Second.mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
        var firstCorrection = 1 - Math.Pow(_beta1, StepsTaken);
        var secondCorrection = Math.Sqrt(1 - Math.Pow(_beta2, StepsTaken));
        var denominator = moments.Second.sqrt().div_(secondCorrection).add_(_epsilon);
        parameter.addcdiv_(moments.First, denominator, -learningRate / firstCorrection);
    }

    private static AdamMoments Zero(Tensor parameter)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return new AdamMoments(zeros_like(parameter).DetachFromDisposeScope(), zeros_like(parameter).DetachFromDisposeScope());
    }
}
