using Microsoft.AspNetCore.Diagnostics;
using RouteSae.MLNet.Hosting;
using RouteSae.Tokens;

namespace ClassificationService;

/// <summary>
/// Answers, wherever in the service it is thrown, what is no fault of the service: requests that cannot be used, and a predictor that takes
/// nothing at the moment. All else is logged as an error and answered by 500.
/// </summary>
internal sealed class RefusedRequests : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (IsGone(context, exception))
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest; // the client has gone; this is for the log
            return true;
        }

        if (exception is PredictionRejectedException rejected)
        {
            context.Response.Headers.RetryAfter = $"{rejected.RetryAfter.TotalSeconds:F0}";
        }

        if (Answer(exception) is not { } problem)
        {
            return false;
        }

        await problem.ExecuteAsync(context);
        return true;
    }

    private static bool IsGone(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested && exception is (OperationCanceledException or IOException) and not BadHttpRequestException;

    private static IResult? Answer(Exception exception) => exception switch
    {
        BadRequest bad => TypedResults.Problem(bad.Message, statusCode: bad.Status, title: bad.Title),
        BadHttpRequestException bad =>
            TypedResults.Problem($"The body could not be read: {bad.Message}", statusCode: bad.StatusCode, title: "The request cannot be used."),
        PredictionRejectedException rejected => TypedResults.Problem(Detail(rejected), statusCode: 503, title: "The service cannot answer now."),
        TokenizerLimitException => TypedResults.Problem(
            "The model's tokenizer needs too long for this text. Send another text.", statusCode: 422, title: "The request cannot be used."),
        ModelNotExplainableException unexplained => TypedResults.Problem(unexplained.Message, statusCode: 501, title: "The model cannot be explained."),
        _ => null,
    };

    // Where the model lies and how the service is set up is the operator's business: it is in the log and not in the answer.
    private static string Detail(PredictionRejectedException rejected) => rejected.Reason switch
    {
        RejectionReason.QueueFull => "The service is busy: there is no room for the request. Ask again in a moment, or with fewer texts.",
        RejectionReason.NoModel => "There is no model to answer with; the service's log says why. Ask again later.",
        _ => "The service is being stopped. Ask again later.",
    };
}
