using System.Diagnostics;
using RouteSae.Checks;
using RouteSae.Tensors;
using RouteSae.Training.Sources;

namespace RouteSae.Training.Checkpoints;

/// <summary>
/// The batches of a training, with its checkpoints: resumes from the newest, writes new ones when they are due, when the training is
/// cancelled and when it ends. Without checkpoints it only gives out the batches.
/// </summary>
internal sealed class ResumableRun : IDisposable
{
    private readonly IActivationSource _source;
    private readonly IResumable _training;
    private readonly CheckpointOptions? _options;
    private readonly TrainingCheckpoints? _checkpoints;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private int _lastStep;

    /// <summary>Begins a training or goes on with one.</summary>
    /// <exception cref="ArgumentException">The options are not possible.</exception>
    /// <exception cref="TrainingMismatchException">The checkpoints are of another training.</exception>
    public ResumableRun(IActivationSource source, IResumable training, CheckpointOptions? options, CancellationToken cancellationToken)
    {
        ArchitectureCheck.ThrowIfAny("The checkpoint options", options?.Problems() ?? []);
        (_source, _training, _options) = (source, training, options);
        _settings = options is null ? new Dictionary<string, string>() : Settings();
        _checkpoints = options is null ? null : new TrainingCheckpoints(options.Folder, options.Warnings);
        try
        {
            Resume(cancellationToken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The next batch, which the caller owns; null after the last one. Writes a checkpoint first if it is due.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; a checkpoint has been written.</exception>
    public HiddenStateBatch? Next(CancellationToken cancellationToken)
    {
        if (IsDue)
            Save();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _source.Next(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    public void Save()
    {
        if (_checkpoints is null)
            return;
        using var state = new TrainingState();
        _source.Save(state.Within("source."));
        _training.Save(state.Within("training."));
        _checkpoints.Write(_training.StepsTaken, state, _settings);
        _lastStep = _training.StepsTaken;
        _sinceLast.Restart();
    }

    public void Dispose() => _checkpoints?.Dispose();

    private bool IsDue =>
        _training.StepsTaken > _lastStep
        && (_training.StepsTaken - _lastStep >= _options?.StepInterval || _sinceLast.Elapsed >= _options?.TimeInterval);

    private void Resume(CancellationToken cancellationToken)
    {
        _checkpoints?.RestoreNewest(_settings, state =>
        {
            using (state)
            {
                _training.Restore(state.Within("training."));
                _source.Restore(state.Within("source."), cancellationToken);
            }
        });
        _lastStep = _training.StepsTaken;
    }

    private SortedDictionary<string, string> Settings()
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in _source.Settings)
            settings[$"source.{name}"] = value;
        foreach (var (name, value) in _training.Settings)
            settings[name] = value;
        return settings;
    }
}
