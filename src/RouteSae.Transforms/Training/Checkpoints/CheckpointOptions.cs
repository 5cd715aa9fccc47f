namespace RouteSae.Training.Checkpoints;

/// <summary>Where and how often the state of a training is saved, so that it can be resumed.</summary>
public sealed class CheckpointOptions
{
    /// <summary>
    /// A folder for this training alone; it is made if it is not there. A training goes on from the newest checkpoint in it, and
    /// begins anew when there is none.
    /// </summary>
    public required string Folder { get; set; }

    /// <summary>The time from one checkpoint to the next. Default 10 minutes; null: time does not matter.</summary>
    public TimeSpan? TimeInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The steps from one checkpoint to the next. Default null: steps do not matter.</summary>
    public int? StepInterval { get; set; }

    /// <summary>Told when a checkpoint is damaged and the one before is used. Default null: nobody.</summary>
    public IProgress<string>? Warnings { get; set; }

    /// <summary>Everything that is wrong with these options, in sentences; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (string.IsNullOrEmpty(Folder))
            problems.Add("Folder is empty; name the folder of this training's checkpoints.");
        if (TimeInterval <= TimeSpan.Zero)
            problems.Add($"TimeInterval is {TimeInterval}; it must be above zero, or null.");
        if (StepInterval < 1)
            problems.Add($"StepInterval is {StepInterval}; it must be at least 1, or null.");
        return problems;
    }
}
