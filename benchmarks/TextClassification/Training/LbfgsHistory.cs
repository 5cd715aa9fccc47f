using System.Numerics.Tensors;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The last steps of an L-BFGS minimisation, which stand in for the inverse Hessian (Nocedal, 1980).</summary>
internal sealed class LbfgsHistory
{
    private const int MostSteps = 8;

    private readonly List<(float[] Step, float[] Change, double Product)> _pairs = [];

    public bool IsEmpty => _pairs.Count == 0;

    /// <summary>Adds a step and the change of the gradient along it, unless the loss curves the wrong way there.</summary>
    public void Add(float[] from, float[] to, float[] gradientFrom, float[] gradientTo)
    {
        var (step, change) = _pairs.Count < MostSteps ? (new float[from.Length], new float[from.Length]) : (_pairs[0].Step, _pairs[0].Change);
        if (_pairs.Count == MostSteps)
            _pairs.RemoveAt(0);
        TensorPrimitives.Subtract(to, from, step);
        TensorPrimitives.Subtract(gradientTo, gradientFrom, change);
        var product = TensorPrimitives.Dot<float>(step, change);
        if (product > 1e-10 * Math.Sqrt((double)TensorPrimitives.SumOfSquares<float>(step) * TensorPrimitives.SumOfSquares<float>(change)))
            _pairs.Add((step, change, product));
    }

    /// <summary>The direction of the next step: minus the estimated inverse Hessian times the gradient.</summary>
    public void Direction(float[] gradient, float[] direction)
    {
        TensorPrimitives.Negate(gradient, direction);
        var factors = new double[_pairs.Count];
        for (var place = _pairs.Count - 1; place >= 0; place--)
        {
            var (step, change, product) = _pairs[place];
            factors[place] = TensorPrimitives.Dot<float>(step, direction) / product;
            TensorPrimitives.MultiplyAdd<float>(change, (float)-factors[place], direction, direction);
        }
        if (_pairs.Count > 0)
            TensorPrimitives.Multiply(direction, (float)(_pairs[^1].Product / TensorPrimitives.SumOfSquares<float>(_pairs[^1].Change)), direction);
        for (var place = 0; place < _pairs.Count; place++)
        {
            var (step, change, product) = _pairs[place];
            var factor = factors[place] - TensorPrimitives.Dot<float>(change, direction) / product;
            TensorPrimitives.MultiplyAdd<float>(step, (float)factor, direction, direction);
        }
    }
}
