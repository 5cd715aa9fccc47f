using RouteSae.Tensors;

namespace RouteSae.Training.Checkpoints;

/// <summary>A training whose state can be saved between two steps.</summary>
internal interface IResumable
{
    /// <summary>What decides the training, beside the batches: names and values, which must be the same when it goes on.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Steps taken.</summary>
    int StepsTaken { get; }

    /// <summary>Saves everything that changes with a step.</summary>
    void Save(TrainingState state);

    /// <summary>Takes over what <see cref="Save"/> has saved, under the same settings.</summary>
    void Restore(TrainingState state);
}
