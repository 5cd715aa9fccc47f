using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using RouteSae.Training.Optimization;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Optimization;

/// <summary>Two equal models with small random biases: kernels train the one, autograd the other. Owns both.</summary>
internal sealed class StepTwins : IDisposable
{
    private readonly RouteSaeArchitecture _architecture;
    private readonly RouteSaeModel[] _models;
    private readonly AutoencoderOptimizer[] _optimizers;
    private int _seed;

    public StepTwins(RouteSaeArchitecture architecture, AutoencoderTrainerOptions options)
    {
        _architecture = architecture;
        _models = [Model(ComputePath.Auto), Model(ComputePath.TorchOperations)];
        var schedule = new LearningRateSchedule(options.LearningRate, 100, 0, 0);
        _optimizers = [.. _models.Select((model, i) => new AutoencoderOptimizer(
            [.. model.Parameters.Where(parameter => parameter.IsTrained)], model.Autoencoder.NormalizeDecoder, schedule, options.Beta1, options.Beta2, options.UnitNormInterval, recordGradients: i == 1))];
        Kernel = new RoutedKernelStep(_models[0], options, _optimizers[0]);
        Autograd = new AutogradStep(new RouteSaeObjective(_models[1], options), _optimizers[1], architecture.RoutedHiddenStates);
    }

    /// <summary>The step by kernels, also where the product would not choose them.</summary>
    public RoutedKernelStep Kernel { get; }

    public AutogradStep Autograd { get; }

    /// <summary>L x [N, D], others with every call.</summary>
    public Tensor[] HiddenStates(int tokens)
    {
        using var generator = new Generator((ulong)(100 + _seed++));
        return [.. Enumerable.Range(1, _architecture.RoutedHiddenStates.Count).Select(layer => randn(tokens, _architecture.HiddenSize, generator: generator) * layer + 0.3)];
    }

    /// <summary>Adam's first moment in the model that kernels train.</summary>
    public Tensor KernelMoment(string parameter) => Moments(0).Single(moment => moment.Name == parameter).First;

    /// <summary>Takes a step of both: the losses agree, and the gradients but for <paramref name="tolerance"/> of their length.</summary>
    public void Compare(IReadOnlyList<Tensor> hiddenStates, long[] dead, double tolerance)
    {
        using var scope = NewDisposeScope();
        var latents = tensor(dead, [dead.Length], ScalarType.Int64);
        var loss = Kernel.Evaluate(hiddenStates, latents).Loss;
        var expectedLoss = Autograd.Evaluate(hiddenStates, latents).Loss;
        Kernel.Update();
        Autograd.Update();

        loss.Should().BeApproximately(expectedLoss, tolerance * Math.Abs(expectedLoss));
        foreach (var (actual, expected) in Moments(0).Zip(Moments(1)))
        {
            var length = expected.First.norm().item<float>();
            var difference = (actual.First - expected.First).norm().item<float>();
            length.Should().BePositive($"there is a gradient of {actual.Name}");
            // With the reference's target the router's gradient is a small difference of larger terms, of which float32 keeps fewer digits.
            var digits = actual.Name == "router.weight" && _architecture.Fidelity == Fidelity.Reference ? 5 : 1;
            ((double)difference).Should().BeLessThanOrEqualTo(digits * tolerance * length, $"the gradient of {actual.Name} has length {length:E2}");
        }
    }

    public void Dispose()
    {
        Kernel.Dispose();
        Autograd.Dispose();
        foreach (var optimizer in _optimizers)
            optimizer.Dispose();
        foreach (var model in _models)
            model.Dispose();
    }

    private IEnumerable<(string Name, Tensor First)> Moments(int twin) =>
        _optimizers[twin].Parameters.Zip(_optimizers[twin].Adam.Moments, (parameter, moments) => (parameter.Name, moments.First));

    // Without biases x̂ grows in step with p, so that the reference's loss gives the router no gradient but rounding errors.
    private RouteSaeModel Model(ComputePath path)
    {
        var model = RouteSaeModel.Create(_architecture, seed: 6);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(9);
        foreach (var bias in new[] { model.Autoencoder.PreBias, model.Autoencoder.LatentBias })
            bias.copy_(randn(bias.shape, generator: generator) * 0.1);
        model.Autoencoder.DecoderDirections.add_(randn(model.Autoencoder.DecoderDirections.shape, generator: generator) * 0.05);
        model.Path = path;
        return model;
    }
}
