using RouteSae.Tensors;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;

namespace RouteSae.Training;

/// <content>What a training must save to go on as if it had not stopped.</content>
public sealed partial class AutoencoderTrainer
{
    private TimeSpan _elapsedBefore; // in the processes that a resumed training ran in before

    private TimeSpan Elapsed => _elapsedBefore + _clock.Elapsed;

    IReadOnlyDictionary<string, string> IResumable.Settings => new Dictionary<string, string>(TrainingSettings.Of(Model, Options)) { ["Model.Start"] = _start };

    /// <summary>
    /// Trains until the options' tokens are used up or the source ends, and saves checkpoints on the way. If the folder has a
    /// checkpoint, training goes on from it: on one thread the result is the same, bit for bit, as if it had never stopped.
    /// </summary>
    /// <remarks>To resume, make model, trainer and source as they were made at the beginning, and call this again; the rest comes from the checkpoint.</remarks>
    /// <param name="source">Where the hidden states come from; at its beginning. It stays the caller's.</param>
    /// <param name="checkpoints">Where and how often checkpoints are saved. Default: none are.</param>
    /// <param name="progress">Told every <see cref="AutoencoderTrainerOptions.ReportInterval"/> steps and after the last one.</param>
    /// <param name="cancellationToken">Looked at before every step. A checkpoint is then written, and the model stays as the steps so far have made it.</param>
    /// <exception cref="ArgumentException">The checkpoint options are not possible.</exception>
    /// <exception cref="InvalidOperationException">A hidden state is NaN or infinite, or the loss is.</exception>
    /// <exception cref="TrainingMismatchException">The checkpoint is of a training with other options, another model or other texts.</exception>
    /// <exception cref="SafetensorsFormatException">All checkpoints in the folder are damaged.</exception>
    /// <exception cref="IOException">Another process trains into the folder, or a checkpoint cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public TrainingReport Train(
        IActivationSource source, CheckpointOptions? checkpoints = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var run = new ResumableRun(source, this, checkpoints, cancellationToken);
        using var running = new RunningClock(_clock);
        while (StepsTaken < Options.Steps && run.Next(cancellationToken) is { } batch)
        {
            using (batch)
                StepAndReport(batch, progress);
        }
        run.Save();
        return Finish(progress);
    }

    void IResumable.Save(TrainingState state)
    {
        foreach (var parameter in Model.Parameters)
            state.Set($"model.{parameter.Name}", parameter.Value);
        Optimizer.Save(state.Within("optimizer."));
        state.Set("tokensSinceFired", DeadLatents.TokensSinceFired);
        Routing.Save(state.Within("routing."));
        _window.Save(state.Within("window."));
        state.Set("sparsityCoefficient", _penalty.Coefficient);
        state.Set("tokens", TokensTaken);
        state.Set("learningRate", _learningRate);
        state.Set("last", _last);
        state.Set("elapsed", Elapsed);
    }

    void IResumable.Restore(TrainingState state)
    {
        foreach (var parameter in Model.Parameters)
            state.CopyTo($"model.{parameter.Name}", parameter.Value);
        Optimizer.Restore(state.Within("optimizer."));
        state.CopyTo("tokensSinceFired", DeadLatents.TokensSinceFired);
        Routing.Restore(state.Within("routing."));
        _window.Restore(state.Within("window."));
        _penalty.Coefficient = state.Value<double>("sparsityCoefficient");
        TokensTaken = state.Value<long>("tokens") is var tokens && tokens >= 0 ? tokens : throw SafetensorsFormatException.In(state.Location, $"the training has seen {tokens} tokens");
        _learningRate = state.Value<double>("learningRate");
        _last = state.Value<TrainingProgress?>("last");
        _elapsedBefore = state.Value<TimeSpan>("elapsed") - _clock.Elapsed;
    }
}
