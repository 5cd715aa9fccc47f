namespace RouteSae.MLNet.Hosting;

/// <summary>A predictor did not take an input. Nothing was computed, so asking again later is safe.</summary>
public sealed class PredictionRejectedException : Exception
{
    internal PredictionRejectedException(RejectionReason reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Why.</summary>
    public RejectionReason Reason { get; }

    /// <summary>How long to wait before asking again: 1 second when the queue is full, 5 seconds when there is no model or the predictor stops.</summary>
    public TimeSpan RetryAfter => TimeSpan.FromSeconds(Reason == RejectionReason.QueueFull ? 1 : 5);

    internal static PredictionRejectedException QueueFull(int inputs, int capacity) => new(
        RejectionReason.QueueFull,
        $"{(inputs == 1 ? "The input was" : $"The {inputs} inputs were")} rejected: the queue of {capacity} has no room for {(inputs == 1 ? "it" : "them")}. "
        + "Ask again in a moment; if this happens often, use more machines or a larger RouteSaeHostingOptions.QueueCapacity.");

    internal static PredictionRejectedException NoModel(string why) => new(RejectionReason.NoModel, $"There is no model to predict with: {why}");

    internal static PredictionRejectedException Stopping() => new(
        RejectionReason.Stopping, "The predictor is being stopped and takes no more inputs. Ask another instance, or again when this one has been started anew.");

    internal static void Reject<TInput, TOutput>(IEnumerable<PredictionRequest<TInput, TOutput>> requests, Func<PredictionRejectedException> reason)
    {
        foreach (var request in requests)
        {
            request.TryFail(reason());
        }
    }
}
