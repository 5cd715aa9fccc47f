namespace RouteSae.Training.Checkpoints;

/// <summary>A training cannot go on from a checkpoint, because it began with other options, another model or other texts. The message lists what differs.</summary>
public sealed class TrainingMismatchException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What differs, and what to do.</param>
    public TrainingMismatchException(string message)
        : base(message)
    {
    }
}
