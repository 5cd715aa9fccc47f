using RouteSae.MLNet.Hosting;

namespace ClassificationService;

/// <summary>Errors as <c>application/problem+json</c>: what is wrong, where, and what to do.</summary>
internal static class Problems
{
    public const string ContentTypeAdvice = "The body must be JSON in UTF-8. Send it with the header Content-Type: application/json.";

    public static async Task<IResult> CatchAsync(HttpRequest request, Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (BadRequest bad)
        {
            return TypedResults.Problem(bad.Message, statusCode: bad.Status, title: bad.Title);
        }
        catch (BadHttpRequestException bad)
        {
            return TypedResults.Problem($"The body could not be read: {bad.Message}", statusCode: bad.StatusCode, title: "The request cannot be used.");
        }
        catch (PredictionRejectedException rejected)
        {
            request.HttpContext.Response.Headers.RetryAfter = $"{rejected.RetryAfter.TotalSeconds:F0}";
            return TypedResults.Problem(Detail(rejected), statusCode: 503, title: "The service cannot answer now.");
        }
        catch (ModelNotExplainableException unexplained)
        {
            return TypedResults.Problem(unexplained.Message, statusCode: 501, title: "The model cannot be explained.");
        }
        catch (OperationCanceledException) when (request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.StatusCode(499); // nobody is there to read it
        }
    }

    /// <summary>Answers where the framework itself refuses or fails: in JSON, whatever the sender would like to read.</summary>
    public static Task AnswerAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        return TypedResults.Problem(Advice(status), statusCode: status).ExecuteAsync(context);
    }

    private static string? Advice(int status) => status switch
    {
        404 => "There is nothing at this address. POST /classify and /explain, GET / and /healthz are there; /openapi/v1.json describes them.",
        405 => "This address wants another method: POST for /classify and /explain, GET for the others.",
        415 => ContentTypeAdvice,
        500 => "The service failed; its log says why. Another request may work.",
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
