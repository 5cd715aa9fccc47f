namespace ClassificationService;

/// <summary>Errors as <c>application/problem+json</c>: what is wrong, where, and what to do.</summary>
internal static class Problems
{
    public const string ContentTypeAdvice = "The body must be JSON in UTF-8. Send it with the header Content-Type: application/json.";

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
}
