namespace RouteSae.ClassificationBenchmark;

/// <summary>What was chosen on validation parts of the training rows.</summary>
/// <param name="Scaling">The scaling.</param>
/// <param name="L2">λ, on the scaled features.</param>
/// <param name="LogLoss">The validation parts' mean log-loss with it, in nats.</param>
internal sealed record ModelChoice(FeatureScaling Scaling, double L2, double LogLoss)
{
    /// <summary>The strengths, strongest first. Scalings are compared at one of them; with the best scaling its neighbours are tried as long as the log-loss falls.</summary>
    public static readonly double[] Strengths = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];

    private const int FewRows = 500;
    private const int ValidationFolds = 4;
    private const int Compared = 4;

    /// <summary>The parts on which choices are made: of 500 rows or more one part of a quarter, of fewer all four quarters in turn.</summary>
    public static IReadOnlyList<Fold> Parts(IReadOnlyList<int> train, int[] labels, int seed)
    {
        var folds = Fold.Stratified(train, labels, ValidationFolds, seed);
        return train.Count >= FewRows ? [folds[0]] : folds;
    }

    /// <summary>Chooses scaling and λ by the log-loss on the validation parts.</summary>
    /// <param name="features">The features for a part's training rows, before scaling.</param>
    /// <param name="parts">The validation parts.</param>
    /// <param name="scalings">The scalings to try.</param>
    /// <param name="labels">The class of every row; those of the validation parts count in the log-loss.</param>
    /// <param name="classes">The number of classes.</param>
    public static ModelChoice Choose(Func<Fold, SparseRows> features, IReadOnlyList<Fold> parts, IReadOnlyList<FeatureScaling> scalings, int[] labels, int classes)
    {
        StrengthPath? best = null;
        foreach (var scaling in scalings)
        {
            var path = new StrengthPath(features, parts, scaling, labels, classes);
            path.Try(Compared);
            if (best is null || path.Least < best.Least)
                best = path;
        }
        return best!.Descend();
    }
}
