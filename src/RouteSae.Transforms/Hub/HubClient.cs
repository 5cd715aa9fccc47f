using System.Net;
using System.Net.Http.Headers;

namespace RouteSae.Hub;

/// <summary>The three requests to a hub: what a revision is, what a file is, and the file.</summary>
internal sealed class HubClient(HubSettings settings) : IDisposable
{
    private const int LargestDescription = 64 << 20;

    private readonly HubConnection _connection = new(settings);

    /// <summary>What a revision is at the moment.</summary>
    /// <param name="model">The model and its revision.</param>
    /// <param name="retries">How often to try again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HubException">It cannot be had.</exception>
    public Task<HubRevision> FindRevisionAsync(HubModelId model, int retries, CancellationToken cancellationToken)
    {
        var address = new Uri($"{settings.Endpoint}/api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}");
        return new HubRetry(settings with { Retries = retries }).RunAsync(
            async () =>
            {
                using var response = await _connection.GetAsync(address, range: null, validator: null, cancellationToken).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode)
                {
                    throw HubErrors.Of(response, model, file: null, settings);
                }

                return HubRevision.Parse(await ReadAsync(response, address, cancellationToken).ConfigureAwait(false), address);
            },
            cancellationToken);
    }

    /// <summary>What a file of a commit is.</summary>
    /// <exception cref="HubException">It cannot be had.</exception>
    public Task<HubFile> FindFileAsync(HubModelId model, string commit, string name, CancellationToken cancellationToken)
    {
        var address = Address(model, commit, name);
        return new HubRetry(settings).RunAsync(
            async () =>
            {
                using var response = await _connection.HeadAsync(address, cancellationToken).ConfigureAwait(false);
                return (int)response.StatusCode is >= 200 and < 400
                    ? HubFile.FromHeaders(model, commit, name, response)
                    : throw HubErrors.Of(response, model, name, settings);
            },
            cancellationToken);
    }

    /// <summary>Opens a file at some place. The answer is 200 for the whole file, 206 for the rest of it, or 416 when that place is not in it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="validator">The ETag of the answer that the first part came with, when it is known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HubException">It cannot be had. One attempt is made.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HubFile file, long offset, EntityTagHeaderValue? validator, CancellationToken cancellationToken)
    {
        var range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
        var response = await _connection.GetAsync(Address(file.Model, file.Commit, file.Name), range, validator, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        using (response)
        {
            var server = response.RequestMessage!.RequestUri!;
            throw _connection.IsHub(server) ? HubErrors.Of(response, file.Model, file.Name, settings) : HubErrors.OfOtherServer(response, server, settings);
        }
    }

    public void Dispose() => _connection.Dispose();

    private Uri Address(HubModelId model, string commit, string name) => new($"{settings.Endpoint}/{model.Repository}/resolve/{commit}/{Uri.EscapeDataString(name)}");

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, Uri address, CancellationToken cancellationToken)
    {
        using var timeout = settings.StartTimeout();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestDescription, limit.Token).ConfigureAwait(false);
            return await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HubErrors.NoAnswer(address, settings.Timeout);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw HubErrors.NoConnection(address, failure);
        }
    }
}
