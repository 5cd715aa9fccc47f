namespace RouteSae.Reference;

/// <summary>What a run of the authors' evaluation program reports.</summary>
public sealed record ReferenceEvaluationReport
{
    /// <summary>The number that the program prints: the mean of the batches, each of which counts alike however many sequences it has. For MLSAE see <see cref="ReferenceEvaluation"/>.</summary>
    public required double AverageLoss { get; init; }

    /// <summary>The metric of each batch; for MLSAE of each hidden state of each batch.</summary>
    public required IReadOnlyList<double> BatchLosses { get; init; }

    /// <summary>L0 of each batch, padding included.</summary>
    public required IReadOnlyList<double> BatchActiveLatents { get; init; }

    /// <summary>For each hidden state the sum of its layer weights over all tokens.</summary>
    public required IReadOnlyList<double> LayerWeightSums { get; init; }
}
