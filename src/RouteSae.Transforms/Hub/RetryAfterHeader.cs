using System.Globalization;
using System.Text.RegularExpressions;

namespace RouteSae.Hub;

/// <summary>How long an answer asks to wait: Retry-After in seconds or as a date, or the hub's own RateLimit header.</summary>
internal static partial class RetryAfterHeader
{
    public static TimeSpan? Read(HttpResponseMessage response, DateTimeOffset now)
    {
        var wait = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - now : RateLimit(response);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    // RateLimit: "api";r=0;t=55 means that no request is left (r) for 55 seconds (t).
    private static TimeSpan? RateLimit(HttpResponseMessage response)
    {
        var header = response.Headers.TryGetValues("RateLimit", out var values) ? string.Join(",", values) : "";
        return NothingLeft().Match(header) is { Success: true } match
            ? TimeSpan.FromSeconds(int.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture))
            : null;
    }

    [GeneratedRegex(@";\s*r\s*=\s*0+\s*;\s*t\s*=\s*(?<seconds>[0-9]{1,8})\b")]
    private static partial Regex NothingLeft();
}
