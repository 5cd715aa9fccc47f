using RouteSae.Autoencoders.Statistics;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>The language model's loss: the mean of −ln p(token t + 1 | tokens to t), in nats, over the tokens that have one before them.</summary>
public sealed class NextTokenCrossEntropy
{
    private double _sum;

    /// <summary>The number of tokens predicted so far.</summary>
    public long Predictions { get; private set; }

    /// <summary>The mean so far; NaN before the first prediction.</summary>
    public double Value => _sum / Predictions;

    /// <summary>Takes note of a batch.</summary>
    /// <param name="logits">[B, S, V]; those of the last position predict nothing that is known.</param>
    /// <param name="inputIds">I64 [B, S].</param>
    /// <param name="mask">Bool [B, S], true where the prediction of that token counts; null when all do. The first column is not looked at.</param>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public void Add(Tensor logits, Tensor inputIds, Tensor? mask = null)
    {
        TorchRuntime.UseThreads();
        EvaluationShapes.Logits(logits);
        EvaluationShapes.Mask(mask, logits);
        if (inputIds.dim() != 2 || inputIds.shape[0] != logits.shape[0] || inputIds.shape[1] != logits.shape[1])
            throw new ArgumentException($"The token ids have shape [{string.Join(", ", inputIds.shape)}]; the logits ask for [{logits.shape[0]}, {logits.shape[1]}].", nameof(inputIds));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var targets = inputIds.flatten().to(ScalarType.Int64).to(logits.device); // [B · S]
        var places = PredictedPlaces(inputIds, mask).to(logits.device); // [n]
        var scores = logits.flatten(0, 1); // [B · S, V]
        foreach (var (first, count) in RowChunks.Of(places.shape[0], scores.shape[1]))
            _sum += SumOf(scores, targets, places.narrow(0, first, count));
        Predictions += places.shape[0];
    }

    /// <summary>Where in the flattened batch the predicted tokens stand; each is predicted from the place before it.</summary>
    private static Tensor PredictedPlaces(Tensor inputIds, Tensor? mask)
    {
        var counts = mask?.clone() ?? ones(inputIds.shape, ScalarType.Bool, inputIds.device);
        counts.narrow(1, 0, 1).fill_(false);
        return counts.flatten().nonzero().squeeze(1);
    }

    private static double SumOf(Tensor scores, Tensor targets, Tensor places)
    {
        using var scope = NewDisposeScope();
        var rows = scores.index_select(0, places - 1).to(ScalarType.Float64);
        var target = rows.gather(1, targets.index_select(0, places).unsqueeze(1)).squeeze(1);
        return (rows.logsumexp(1) - target).sum().item<double>();
    }
}
