using System.Numerics.Tensors;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Minimises <see cref="MaximumEntropyLoss"/> by L-BFGS with backtracking.</summary>
internal static class MaximumEntropyTrainer
{
    private const int MostIterations = 500;
    private const int MostBacktracks = 25;
    private const double SufficientDecrease = 1e-4;
    private const int Window = 10;
    private const double LeastImprovement = 1e-6;

    /// <summary>The length of the gradient, over the number of rows, at which a final model is done.</summary>
    public const double Tight = 2e-5;

    /// <summary>The same for models that are only compared with each other.</summary>
    public const double Loose = 1e-3;

    /// <summary>Trains.</summary>
    /// <param name="loss">What to minimise.</param>
    /// <param name="start">Where to begin; not changed.</param>
    /// <param name="tolerance">Training ends when ‖gradient‖ / rows is below it, or when ten steps lower the loss by less than a millionth, which single precision hardly resolves.</param>
    public static MaximumEntropyModel Train(MaximumEntropyLoss loss, MaximumEntropyModel start, double tolerance)
    {
        var (model, next) = (start.Copy(), start.Copy());
        var (gradient, nextGradient) = (new float[model.Weights.Length], new float[model.Weights.Length]);
        var history = new LbfgsHistory();
        var direction = new float[gradient.Length];
        var value = loss.Evaluate(model, gradient);
        var values = new Queue<double>();
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            var length = Math.Sqrt(TensorPrimitives.SumOfSquares<float>(gradient));
            model.Iterations = iteration;
            if (length <= tolerance * loss.Rows || Stalls(values, value))
                return model;
            history.Direction(gradient, direction);
            var slope = TensorPrimitives.Dot<float>(gradient, direction);
            var step = history.IsEmpty ? 1 / Math.Max(1, length) : 1.0;
            if (Search(loss, model, next, direction, value, slope, step, nextGradient) is not { } found)
                return model; // as low as single precision goes
            history.Add(model.Weights, next.Weights, gradient, nextGradient);
            (model, next, gradient, nextGradient, value) = (next, model, nextGradient, gradient, found);
        }
        model.Iterations = MostIterations;
        return model;
    }

    private static bool Stalls(Queue<double> values, double value)
    {
        values.Enqueue(value);
        return values.Count > Window && values.Dequeue() - value < LeastImprovement * value;
    }

    /// <summary>The first of ever smaller steps that lowers the loss enough; null when none does.</summary>
    private static double? Search(
        MaximumEntropyLoss loss, MaximumEntropyModel from, MaximumEntropyModel to, float[] direction, double value, double slope, double step, float[] gradient)
    {
        for (var attempt = 0; attempt < MostBacktracks && slope < 0; attempt++)
        {
            TensorPrimitives.MultiplyAdd<float>(direction, (float)step, from.Weights, to.Weights);
            var found = loss.Evaluate(to, gradient);
            if (found <= value + SufficientDecrease * step * slope)
                return found;
            // The lowest point of the parabola through what is known, within limits.
            var parabola = -slope * step * step / (2 * (found - value - slope * step));
            step = double.IsFinite(parabola) ? Math.Clamp(parabola, 0.1 * step, 0.5 * step) : 0.1 * step;
        }
        return null;
    }
}
