using RouteSae.Autoencoders;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Benchmarks.Work;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Tests;

/// <summary>A small random model, its plain twin, and batches to train them on. Owns all of them.</summary>
internal sealed class SmallCase : IDisposable
{
    private const int Batches = 3;

    private readonly HiddenStateBatch[] _batches;

    public SmallCase(ComputePath path, Fidelity fidelity, Scale scale)
    {
        Model = PathModels.Create(scale.Architecture(fidelity), path);
        SetBiases(Model);
        Plain = new PlainRouteSae(Model);
        _batches = [.. Enumerable.Range(1, Batches).Select(seed => new HiddenStateBatch(
            SyntheticHiddenStates.Make(scale.Tokens, scale.HiddenSize, scale.RoutedHiddenStates, seed)))];
    }

    /// <summary>Sizes that vector kernels like, and sizes that they do not.</summary>
    public static IReadOnlyList<Scale> Scales { get; } =
    [
        new() { Name = "even", HiddenSize = 64, RoutedHiddenStates = 4, Latents = 256, ActiveLatents = 8, Tokens = 96 },
        new() { Name = "odd", HiddenSize = 41, RoutedHiddenStates = 3, Latents = 203, ActiveLatents = 5, Tokens = 37 },
    ];

    public RouteSaeModel Model { get; }

    public PlainRouteSae Plain { get; }

    public static IEnumerable<object[]> All() =>
        from path in Enum.GetValues<ComputePath>()
        from fidelity in Enum.GetValues<Fidelity>()
        from scale in Scales
        select new object[] { path.ToString(), fidelity.ToString(), scale.Name };

    public static SmallCase Of(string path, string fidelity, string scale) =>
        new(Enum.Parse<ComputePath>(path), Enum.Parse<Fidelity>(fidelity), Scales.Single(candidate => candidate.Name == scale));

    public HiddenStateBatch Batch(int step) => _batches[step % Batches];

    public void Dispose()
    {
        Model.Dispose();
        Plain.Dispose();
        foreach (var batch in _batches)
            batch.Dispose();
    }

    // Without biases x̂ grows in step with p, so that the reference's loss gives the router no gradient but rounding errors.
    private static void SetBiases(RouteSaeModel model)
    {
        using var noGradient = no_grad();
        using var generator = new Generator(9);
        foreach (var bias in new[] { model.Autoencoder.PreBias, model.Autoencoder.LatentBias })
        {
            using var values = randn(bias.shape, generator: generator).mul_(0.1);
            bias.copy_(values);
        }
    }
}
