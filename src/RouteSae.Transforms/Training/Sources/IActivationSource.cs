using RouteSae.Tensors;
using RouteSae.Training.Checkpoints;

namespace RouteSae.Training.Sources;

/// <summary>
/// A stream of hidden states whose position can be saved with the state of a training, so that a training that was stopped gets the
/// very batches that it would have got. One thread at a time; owns what it holds.
/// </summary>
public interface IActivationSource : IDisposable
{
    /// <summary>What decides the batches, beside the data: names and values, which must be the same when a training goes on.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The next batch, which the caller owns; null after the last one.</summary>
    /// <param name="cancellationToken">Looked at before long work. After a cancellation the position can still be saved.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; no batch is lost.</exception>
    HiddenStateBatch? Next(CancellationToken cancellationToken = default);

    /// <summary>Saves the position: what comes after this does not depend on whether it was saved.</summary>
    void Save(TrainingState state);

    /// <summary>Goes to a saved position. Only for a source that has given out nothing yet.</summary>
    /// <param name="state">What <see cref="Save"/> of a source with the same settings has saved.</param>
    /// <param name="cancellationToken">Looked at while data is skipped.</param>
    /// <exception cref="TrainingMismatchException">The data is not the data that the saved source has read.</exception>
    void Restore(TrainingState state, CancellationToken cancellationToken = default);
}
