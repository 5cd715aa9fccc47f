using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ClassificationService;

/// <summary>
/// The answer to <c>/healthz</c>: 200 while a model answers, also when a newer one was refused, and 503 otherwise. What was wrong with a file, and
/// where it lies, is in the log: anybody may read the answer.
/// </summary>
internal static class Health
{
    public static HealthCheckOptions Options { get; } = new() { ResponseWriter = WriteAsync };

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        message = Message(report.Status),
        details = report.Entries.Values.Single().Data,
    });

    private static string Message(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "The model answers.",
        HealthStatus.Degraded => "A newer model was refused; the one before it goes on answering. The service's log says why.",
        _ => "There is no model to answer with, or not yet. The service's log says why.",
    };
}
