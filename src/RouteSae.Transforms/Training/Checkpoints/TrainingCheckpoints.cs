using System.Globalization;
using RouteSae.Tensors;

namespace RouteSae.Training.Checkpoints;

/// <summary>
/// The checkpoints of one training, in a folder of their own: the last two that are undamaged. Each is written to a temporary
/// file, flushed to the disk and renamed, so that a process that ends at any moment leaves the older ones as they were. Holds the
/// folder against other processes until it is disposed.
/// </summary>
public sealed class TrainingCheckpoints : IDisposable
{
    private const string Prefix = "step-";
    private const string Suffix = ".safetensors";
    private const string LockName = "training.lock";
    private const string SettingPrefix = "settings";

    private readonly FileStream _lock;
    private readonly IProgress<string>? _warnings;
    private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);

    /// <summary>Opens a folder, which is made if it is not there, and removes what an interrupted writer has left.</summary>
    /// <param name="folder">The folder, of one training only.</param>
    /// <param name="warnings">Told which checkpoints are damaged.</param>
    /// <exception cref="IOException">Another process trains into the folder.</exception>
    public TrainingCheckpoints(string folder, IProgress<string>? warnings = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = folder;
        _warnings = warnings;
        Directory.CreateDirectory(folder);
        _lock = Lock(folder);
        foreach (var temporary in Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}.*.tmp"))
            File.Delete(temporary);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The newest checkpoint that is not damaged, or null when there is none at all.</summary>
    /// <param name="settings">What decides the training, by name; must be what the checkpoint was saved with.</param>
    /// <returns>The state, which the caller disposes.</returns>
    /// <exception cref="SafetensorsFormatException">There are checkpoints, but all are damaged.</exception>
    /// <exception cref="TrainingMismatchException">The checkpoint is of a training with other settings; the message lists what differs.</exception>
    public TrainingState? ReadNewest(IReadOnlyDictionary<string, string> settings)
    {
        TrainingState? newest = null;
        RestoreNewest(settings, state => newest = state);
        return newest;
    }

    /// <summary>
    /// Restores a training from its newest checkpoint, or from the one before where the newest is damaged in any way: its checksum, its
    /// content, or what the training finds in it.
    /// </summary>
    /// <param name="settings">What decides the training, by name; must be what the checkpoint was saved with.</param>
    /// <param name="restore">Takes over a state, all of it: after a failure it is called with the one before. Owns the state from then on.</param>
    /// <returns>Whether there was a checkpoint.</returns>
    /// <exception cref="SafetensorsFormatException">There are checkpoints, but all are damaged; the message names each.</exception>
    /// <exception cref="TrainingMismatchException">The newest undamaged checkpoint is of a training with other settings or texts; the message lists what differs.</exception>
    internal bool RestoreNewest(IReadOnlyDictionary<string, string> settings, Action<TrainingState> restore)
    {
        var problems = new List<string>();
        foreach (var file in Files())
        {
            try
            {
                restore(WithSettings(TrainingState.Read(file), settings));
                problems.ForEach(problem => _warnings?.Report($"{problem} The training goes on from {file} instead."));
                return true;
            }
            catch (Exception damage) when (damage is not (TrainingMismatchException or OperationCanceledException or OutOfMemoryException or NotSupportedException))
            {
                _damaged.Add(file);
                problems.Add(damage is SafetensorsFormatException ? damage.Message : $"{file}: it cannot be taken over: {damage.Message}");
            }
        }

        return problems.Count == 0
            ? false
            : throw new SafetensorsFormatException(
                $"No checkpoint in '{Folder}' can be used. {string.Join(' ', problems)} Delete them, or choose another folder, to begin anew.");
    }

    /// <summary>Writes a checkpoint, and then removes all but it and the one before.</summary>
    /// <param name="step">Steps taken; its name.</param>
    /// <param name="state">The state; the settings are added to it.</param>
    /// <param name="settings">What decides the training, by name.</param>
    public void Write(long step, TrainingState state, IReadOnlyDictionary<string, string> settings)
    {
        state.Set(SettingPrefix, settings);
        var written = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D12}{Suffix}"));
        state.Write(written);
        _damaged.Remove(written);
        var before = Files().FirstOrDefault(file => file != written && !_damaged.Contains(file));
        foreach (var file in Files().Where(file => file != written && file != before))
            File.Delete(file);
    }

    /// <summary>Lets other processes have the folder.</summary>
    public void Dispose() => _lock.Dispose();

    // Newest first: the names have one length.
    private IEnumerable<string> Files() =>
        Directory.GetFiles(Folder, $"{Prefix}*{Suffix}")
            .Where(file => Path.GetFileName(file)[Prefix.Length..^Suffix.Length].All(char.IsAsciiDigit))
            .OrderDescending(StringComparer.Ordinal);

    private TrainingState WithSettings(TrainingState state, IReadOnlyDictionary<string, string> settings)
    {
        List<string> differences;
        try
        {
            differences = [.. TrainingSettings.Differences(state.Required<Dictionary<string, string>>(SettingPrefix), settings)];
        }
        catch
        {
            state.Dispose();
            throw;
        }

        if (differences.Count == 0)
        {
            return state;
        }

        state.Dispose();
        throw new TrainingMismatchException(
            $"The training in '{Folder}' cannot go on:" + string.Concat(differences.Select(difference => $"{Environment.NewLine}- {difference}"))
            + $"{Environment.NewLine}Go on with what it began with, or train into another folder.");
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (Directory.Exists(folder))
        {
            throw new IOException($"'{folder}' is in use: another process trains there. Wait for it, or choose another folder. ({failure.Message})", failure);
        }
    }
}
