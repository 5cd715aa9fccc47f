using RouteSae.Tensors;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;

namespace RouteSae.Training;

/// <content>What a sweep must save to go on as if it had not stopped.</content>
public sealed partial class TrainingSweep
{
    // The names in their order, because the states are saved by place.
    IReadOnlyDictionary<string, string> IResumable.Settings => new SortedDictionary<string, string>(
        Routes.SelectMany(route => ((IResumable)route.Trainer).Settings, (route, setting) => (route, setting))
            .ToDictionary(pair => $"{pair.route.Name}.{pair.setting.Key}", pair => pair.setting.Value),
        StringComparer.Ordinal)
    {
        ["Routes"] = string.Join(", ", Routes.Select(route => route.Name)),
    };

    int IResumable.StepsTaken => Routes.Max(route => route.Trainer.StepsTaken);

    /// <summary>
    /// Trains all of them until each has taken its steps or the source ends, and saves checkpoints of all together on the way. If
    /// the folder has a checkpoint, the sweep goes on from it: on one thread the results are the same, bit for bit, as if it had never stopped.
    /// </summary>
    /// <remarks>To resume, make models, trainers and source as they were made at the beginning, and call this again; the rest comes from the checkpoint.</remarks>
    /// <param name="source">Where the hidden states come from; at its beginning. It stays the caller's.</param>
    /// <param name="checkpoints">Where and how often checkpoints are saved. Default: none are.</param>
    /// <param name="progress">Told of each autoencoder's progress.</param>
    /// <param name="cancellationToken">Looked at before every batch. A checkpoint is then written.</param>
    /// <returns>One result a route, in their order. A failure from before a resumption comes back with its message alone.</returns>
    /// <exception cref="ArgumentException">The checkpoint options are not possible.</exception>
    /// <exception cref="TrainingMismatchException">The checkpoint is of a sweep with other routes, options, models or texts.</exception>
    /// <exception cref="SafetensorsFormatException">All checkpoints in the folder are damaged.</exception>
    /// <exception cref="IOException">Another process trains into the folder, or a checkpoint cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public IReadOnlyList<SweepResult> Train(
        IActivationSource source, CheckpointOptions? checkpoints = null, IProgress<SweepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var run = new ResumableRun(source, this, checkpoints, cancellationToken);
        while (!Routes.All(IsFinished) && run.Next(cancellationToken) is { } batch)
        {
            using (batch)
                Step(batch, progress);
        }
        run.Save();
        return Finish(progress);
    }

    void IResumable.Save(TrainingState state)
    {
        for (var i = 0; i < Routes.Count; i++)
        {
            var part = state.Within($"{i}.");
            part.Set("failure", _failures.GetValueOrDefault(Routes[i])?.Message);
            ((IResumable)Routes[i].Trainer).Save(part);
        }
    }

    void IResumable.Restore(TrainingState state)
    {
        _failures.Clear();
        for (var i = 0; i < Routes.Count; i++)
        {
            var part = state.Within($"{i}.");
            if (part.Value<string?>("failure") is { } failure)
                _failures[Routes[i]] = new InvalidOperationException(failure);
            ((IResumable)Routes[i].Trainer).Restore(part);
        }
    }
}
