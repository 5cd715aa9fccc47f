using RouteSae.Autoencoders;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Seeded hidden states made of a few directions each, so that there is something for an autoencoder to find.</summary>
internal sealed class SyntheticActivations
{
    private readonly Generator _generator;
    private readonly float[] _directions;
    private readonly RouteSaeArchitecture _architecture;
    private readonly int _directionCount;

    public SyntheticActivations(RouteSaeArchitecture architecture, int seed = 1)
    {
        _architecture = architecture;
        _generator = new Generator((ulong)seed);
        _directionCount = architecture.HiddenSize * 2;
        using var directions = randn(_directionCount, architecture.HiddenSize, generator: _generator);
        _directions = directions.data<float>().ToArray();
    }

    public static RouteSaeArchitecture SmallArchitecture => new()
    {
        HiddenSize = 16,
        RoutedHiddenStates = [2, 3, 4],
        Latents = 64,
        ActiveLatents = 4,
    };

    public IEnumerable<HiddenStateBatch> Batches(int count, int tokens) => Enumerable.Range(0, count).Select(_ => Batch(tokens));

    public HiddenStateBatch Batch(int tokens, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        return new HiddenStateBatch(_architecture.RoutedHiddenStates.Select(_ => HiddenState(tokens)).ToArray(), mask);
    }

    // Each token is a sum of three directions plus a little noise.
    private Tensor HiddenState(int tokens)
    {
        var directions = tensor(_directions).view(_directionCount, _architecture.HiddenSize);
        var sum = randn(tokens, _architecture.HiddenSize, generator: _generator) * 0.05;
        for (var i = 0; i < 3; i++)
        {
            var chosen = randint(_directionCount, [tokens], ScalarType.Int64, generator: _generator);
            sum += directions.index_select(0, chosen);
        }
        return sum;
    }
}
