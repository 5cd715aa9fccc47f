using RouteSae.Checks;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;

namespace RouteSae.Training;

/// <summary>
/// Trains several autoencoders, of any architectures, sizes and seeds, on one stream of hidden states, so that the language model
/// runs once for all of them. Borrows the trainers.
/// </summary>
public sealed partial class TrainingSweep : IResumable
{
    private readonly Dictionary<SweepRoute, Exception> _failures = [];

    /// <summary>Prepares the sweep.</summary>
    /// <param name="routes">The autoencoders.</param>
    /// <exception cref="ArgumentException">There is none, or two have one name.</exception>
    public TrainingSweep(IReadOnlyList<SweepRoute> routes)
    {
        ArchitectureCheck.ThrowIfAny("The sweep", [.. Problems(routes)]);
        Routes = routes;
        HiddenStates = [.. routes.SelectMany(route => route.Trainer.Model.HiddenStates).Distinct().Order()];
    }

    /// <summary>The autoencoders.</summary>
    public IReadOnlyList<SweepRoute> Routes { get; }

    /// <summary>Every hidden state that one of the autoencoders reads, ascending: what the batches must hold, and name by <see cref="HiddenStateBatch.Indices"/>.</summary>
    public IReadOnlyList<int> HiddenStates { get; }

    /// <summary>Trains all of them until each has taken its steps or the batches end. One that fails (its loss is not finite) is given up, and the others go on.</summary>
    /// <param name="batches">Each batch is disposed when all have been trained on it.</param>
    /// <param name="progress">Told of each autoencoder's progress.</param>
    /// <param name="cancellationToken">Looked at before every batch.</param>
    /// <returns>One result a route, in their order.</returns>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public IReadOnlyList<SweepResult> Train(
        IEnumerable<HiddenStateBatch> batches, IProgress<SweepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        foreach (var batch in batches)
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Step(batch, progress);
            }
            if (Routes.All(IsFinished))
                break;
        }
        return Finish(progress);
    }

    private void Step(HiddenStateBatch batch, IProgress<SweepProgress>? progress)
    {
        foreach (var route in Routes.Where(route => !IsFinished(route)))
        {
            try
            {
                route.Trainer.StepInSweep(batch, ProgressOf(route, progress));
            }
            catch (InvalidOperationException failure) when (failure is not ObjectDisposedException)
            {
                _failures[route] = failure;
            }
        }
    }

    private IReadOnlyList<SweepResult> Finish(IProgress<SweepProgress>? progress) =>
        [.. Routes.Select(route => new SweepResult(route.Name, route.Trainer.Finish(ProgressOf(route, progress)), _failures.GetValueOrDefault(route)))];

    private bool IsFinished(SweepRoute route) => _failures.ContainsKey(route) || route.Trainer.StepsTaken >= route.Trainer.Options.Steps;

    private static IProgress<TrainingProgress>? ProgressOf(SweepRoute route, IProgress<SweepProgress>? progress) =>
        progress is null ? null : new Named(route.Name, progress);

    private static IEnumerable<string> Problems(IReadOnlyList<SweepRoute> routes)
    {
        if (routes.Count == 0)
            yield return "It has no routes; give it at least one trainer.";
        foreach (var name in routes.GroupBy(route => route.Name).Where(group => group.Count() > 1).Select(group => group.Key))
            yield return $"Several routes are called {name}; give each a name of its own.";
        if (routes.Select(route => route.Trainer.Model).Distinct().Count() < routes.Count)
            yield return "Several routes train the same model; give each a model and a trainer of its own.";
    }

    private sealed class Named(string name, IProgress<SweepProgress> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => progress.Report(new SweepProgress(name, value));
    }
}
