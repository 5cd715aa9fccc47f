using System.Net;
using System.Net.Http.Headers;
using System.Reflection;

namespace RouteSae.Hub;

/// <summary>One request and its redirects. The token goes to the hub's own address and to no other.</summary>
internal sealed class HubConnection : IDisposable
{
    private const int MostRedirects = 10;

    private readonly HubSettings _settings;
    private readonly Uri _endpoint;

    // The answer's body is read by whoever asks, so a limit for the whole exchange would be one for the size of files.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public HubConnection(HubSettings settings)
    {
        _settings = settings;
        _endpoint = new Uri(settings.Endpoint);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("RouteSae", Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)));
        _http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>Whether an address belongs to the hub itself.</summary>
    public bool IsHub(Uri address) =>
        Uri.Compare(address, _endpoint, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Asks for the headers of a file. A redirect to another server is the answer and not followed.</summary>
    /// <exception cref="HubException">There was no answer.</exception>
    public Task<HttpResponseMessage> HeadAsync(Uri address, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage { Method = HttpMethod.Head }, address, leaveHub: false, cancellationToken);

    /// <summary>Asks for a file; returns when the headers are there.</summary>
    /// <param name="address">The address on the hub.</param>
    /// <param name="range">The part to send, or null for all of it.</param>
    /// <param name="validator">The ETag that the file must still have for a part to be sent, when it is known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HubException">There was no answer.</exception>
    public Task<HttpResponseMessage> GetAsync(Uri address, RangeHeaderValue? range, EntityTagHeaderValue? validator, CancellationToken cancellationToken) => SendAsync(
        () =>
        {
            var request = new HttpRequestMessage { Method = HttpMethod.Get };
            request.Headers.Range = range;
            request.Headers.IfRange = range is not null && validator is not null ? new RangeConditionHeaderValue(validator) : null;
            return request;
        },
        address,
        leaveHub: true,
        cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> create, Uri address, bool leaveHub, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects < MostRedirects; redirects++)
        {
            var response = await SendAsync(create(), address, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            if (!leaveHub && !IsRelative(location))
            {
                return response;
            }

            response.Dispose();
            var next = new Uri(address, location.OriginalString);
            address = next.Scheme is "http" or "https"
                ? next
                : throw new HubException(HubFailure.UnexpectedAnswer, $"{address} redirects to {next}, which is no web address. Check HF_ENDPOINT and any proxy.");
        }

        throw new HubException(HubFailure.UnexpectedAnswer, $"{address} redirects more than {MostRedirects} times. Check HF_ENDPOINT and any proxy.");
    }

    // Where paths begin with a slash, Uri takes such a location for a file.
    private static bool IsRelative(Uri location) =>
        !location.OriginalString.StartsWith("//", StringComparison.Ordinal) && (!location.IsAbsoluteUri || location.OriginalString.StartsWith('/'));

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Uri address, CancellationToken cancellationToken)
    {
        using var timeout = _settings.StartTimeout();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        request.RequestUri = address;
        if (_settings.Token is { } token && IsHub(address))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HubErrors.NoAnswer(address, _settings.Timeout);
        }
        catch (HttpRequestException failure)
        {
            throw HubErrors.NoConnection(address, failure);
        }
    }
}
