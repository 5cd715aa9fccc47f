using System.Globalization;
using RouteSae.Tensors;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Seeded batches of hidden states 2, 3 and 4 of width 16, of which the i-th depends on i alone; it can cancel a training at a chosen batch.</summary>
internal sealed class StepSource(int batches, int tokens = 32) : IActivationSource
{
    private int _given;

    /// <summary>The batch before which <see cref="Next"/> reports a cancellation; null for none.</summary>
    public int? CancelAt { get; init; }

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Tokens"] = tokens.ToString(CultureInfo.InvariantCulture) };

    public HiddenStateBatch? Next(CancellationToken cancellationToken = default)
    {
        if (_given == CancelAt)
            throw new OperationCanceledException();
        if (_given == batches)
            return null;
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)(100 + _given++));
        using var fixedGenerator = new Generator(1);
        // Few directions, so that latents die.
        var states = Enumerable.Range(0, 3).Select(i => randn(tokens, 3, generator: generator).mm(randn(3, 16, generator: fixedGenerator)) + i);
        return new HiddenStateBatch([.. states], indices: [2, 3, 4]);
    }

    public void Save(TrainingState state) => state.Set("given", _given);

    public void Restore(TrainingState state, CancellationToken cancellationToken = default) => _given = state.Value<int>("given");

    public void Dispose()
    {
    }
}
