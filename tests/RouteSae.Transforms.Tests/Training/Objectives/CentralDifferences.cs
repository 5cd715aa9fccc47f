using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Objectives;

/// <summary>Derivatives of a loss by central differences in float64, every single element.</summary>
internal static class CentralDifferences
{
    private const double Step = 1e-6;

    /// <summary>Compares the gradient of every parameter with the differences of a function that computes the same loss.</summary>
    public static void Check(IReadOnlyList<AutoencoderParameter> parameters, Tensor loss, Func<Tensor> evaluate)
    {
        evaluate().item<double>().Should().BeApproximately(loss.item<double>(), 1e-12);
        var gradients = autograd.grad([loss], parameters.Select(parameter => parameter.Value).ToArray());
        foreach (var (parameter, gradient) in parameters.Zip(gradients))
        {
            gradient.abs().max().item<double>().Should().BePositive($"{parameter.Name} must have a gradient");
            gradient.ShouldBeClose(Of(parameter.Value, evaluate), parameter.Name, absolute: 1e-8, relative: 1e-5);
        }
    }

    public static Tensor Of(Tensor parameter, Func<Tensor> evaluate)
    {
        using var noGradient = no_grad();
        var differences = zeros_like(parameter);
        var (values, results) = (parameter.view(-1), differences.view(-1));
        for (var i = 0L; i < values.shape[0]; i++)
            results[i] = (Moved(values, i, Step, evaluate) - Moved(values, i, -Step, evaluate)) / (2 * Step);
        return differences;
    }

    private static double Moved(Tensor values, long index, double by, Func<Tensor> evaluate)
    {
        using var scope = NewDisposeScope();
        var before = values[index].item<double>();
        values[index] = before + by;
        var result = evaluate().item<double>();
        values[index] = before;
        return result;
    }
}
