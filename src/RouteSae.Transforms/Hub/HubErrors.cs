using System.Net;

namespace RouteSae.Hub;

/// <summary>Turns answers and failures of connections into exceptions that say what to do.</summary>
internal static class HubErrors
{
    private const string ErrorCode = "X-Error-Code";

    public static HubException NoAnswer(Uri address, TimeSpan timeout) =>
        Transient($"{address.Authority} has sent nothing for {timeout.TotalSeconds:0.###} s.");

    public static HubException NoConnection(Uri address, Exception cause) =>
        Transient($"{address.Authority} cannot be reached: {cause.GetBaseException().Message.TrimEnd('.')}. Check the connection, the proxy (HTTPS_PROXY) and HF_ENDPOINT.", cause);

    public static HubException BrokenOff(string file, long bytes, long size, Exception? cause = null) =>
        Transient($"The download of {file} broke off after {bytes} of {size} bytes.", cause);

    /// <summary>The error that an answer of the hub stands for.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="model">The model that was asked for.</param>
    /// <param name="file">The file, or null when the whole model was meant.</param>
    /// <param name="settings">For the hub's address and whether a token was sent.</param>
    public static HubException Of(HttpResponseMessage response, HubModelId model, string? file, HubSettings settings)
    {
        var status = (int)response.StatusCode;
        var code = response.Headers.TryGetValues(ErrorCode, out var values) ? values.FirstOrDefault() : null;
        return (code, status) switch
        {
            ("GatedRepo", _) => Gated(model, settings),
            ("RevisionNotFound", _) => new(
                HubFailure.RevisionNotFound,
                $"{model.Repository} on {settings.Endpoint} has no revision '{model.Revision}'. Choose a branch, tag or commit that it has."),
            ("EntryNotFound", _) => new(HubFailure.FileNotFound, $"{model} on {settings.Endpoint} has no file {file}."),
            ("RepoNotFound", _) => NotFound(model, settings),
            (_, 401) when settings.Token is not null => new(
                HubFailure.AccessDenied,
                $"{settings.Endpoint} does not accept the token (401). Make a new one at {settings.Endpoint}/settings/tokens and put it into HF_TOKEN."),
            (_, 401) => new(
                HubFailure.AccessDenied,
                $"{settings.Endpoint} gives {model.Repository} to known users only (401): it is gated, private or not there. Check the name. "
                + $"{Licence(model, settings)} {TokenAdvice(settings)}"),
            (_, 403) => new(HubFailure.AccessDenied, $"{settings.Endpoint} refuses access to {model.Repository} (403). {Licence(model, settings)} {TokenAdvice(settings)}"),
            (_, 404) when file is not null => new(HubFailure.FileNotFound, $"{model} on {settings.Endpoint} has no file {file}."),
            (_, 404) => NotFound(model, settings),
            (_, 429) => RateLimited(response, settings),
            _ => ServerError(response, settings),
        };
    }

    /// <summary>The error of a server that the hub has redirected to. Its addresses are good for a short time only, so asking the hub again may help.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="server">The server.</param>
    /// <param name="settings">For the longest wait.</param>
    public static HubException OfOtherServer(HttpResponseMessage response, Uri server, HubSettings settings)
    {
        var failure = response.StatusCode == HttpStatusCode.TooManyRequests ? HubFailure.RateLimited : HubFailure.Unreachable;
        return Waiting(failure, $"{server.Authority}, to which the hub redirects, answered with {(int)response.StatusCode}", response, settings);
    }

    private static HubException NotFound(HubModelId model, HubSettings settings) => new(
        HubFailure.RepositoryNotFound,
        $"There is no model '{model.Repository}' on {settings.Endpoint}, and no folder of this name; or the model is private. Check the name. {TokenAdvice(settings)}");

    private static HubException Gated(HubModelId model, HubSettings settings) =>
        new(HubFailure.AccessDenied, $"{model.Repository} is gated. {Licence(model, settings)} {TokenAdvice(settings)}");

    private static string Licence(HubModelId model, HubSettings settings) => $"If it has a licence to accept, do so at {settings.Endpoint}/{model.Repository}.";

    private static string TokenAdvice(HubSettings settings) => settings.Token is null
        ? $"Set HF_TOKEN to a token of an account that may read it ({settings.Endpoint}/settings/tokens)."
        : "The token that was sent may not read it; set HF_TOKEN to one that may.";

    private static HubException RateLimited(HttpResponseMessage response, HubSettings settings) => Waiting(
        HubFailure.RateLimited, $"{settings.Endpoint} has had too many requests (429)", response, settings,
        settings.Token is null ? "; with a token in HF_TOKEN it allows more." : ".");

    private static HubException ServerError(HttpResponseMessage response, HubSettings settings)
    {
        var address = response.RequestMessage?.RequestUri;
        var transient = response.StatusCode is HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
        return transient
            ? Waiting(HubFailure.Unreachable, $"{address} answered with {(int)response.StatusCode}", response, settings)
            : new(
                HubFailure.UnexpectedAnswer,
                $"{address} answered with {(int)response.StatusCode}. Check that HF_ENDPOINT is the address of a hub, and that no proxy answers in its place.");
    }

    private static HubException Waiting(HubFailure failure, string message, HttpResponseMessage response, HubSettings settings, string end = ".")
    {
        var wait = RetryAfterHeader.Read(response, settings.Clock.GetUtcNow());
        var tooLong = wait > settings.LongestRetryAfter;
        var pause = wait is { } time ? $" and wants a pause of {time.TotalSeconds:0} s" : "";
        var limit = tooLong ? $", more than the {settings.LongestRetryAfter.TotalSeconds:0} s that are waited for. Try again later" : "";
        return new(failure, message + pause + limit + end) { IsTransient = !tooLong, RetryAfter = wait };
    }

    private static HubException Transient(string message, Exception? cause = null) => new(HubFailure.Unreachable, message, cause) { IsTransient = true };
}
