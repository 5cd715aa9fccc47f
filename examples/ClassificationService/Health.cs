using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ClassificationService;

/// <summary>The answer to <c>/healthz</c>: 200 while a model answers, also when a newer one was refused, and 503 otherwise.</summary>
internal static class Health
{
    public static HealthCheckOptions Options { get; } = new() { ResponseWriter = WriteAsync };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var entry = report.Entries.Values.Single();
        return context.Response.WriteAsJsonAsync(new { status = report.Status.ToString(), message = entry.Description, details = entry.Data });
    }
}
