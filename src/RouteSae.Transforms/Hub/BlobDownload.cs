using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace RouteSae.Hub;

/// <summary>Downloads the bytes of one file into a partial blob, going on where a connection breaks off.</summary>
internal sealed class BlobDownload
{
    private const int BufferSize = 1 << 20;

    private readonly HubClient _client;
    private readonly HubSettings _settings;
    private readonly PartialBlob _blob;
    private readonly HubRetry _retry;
    private readonly ProgressInterval _progress;
    private EntityTagHeaderValue? _validator;
    private long _furthest;

    public BlobDownload(HubClient client, HubSettings settings, PartialBlob blob, IProgress<HubProgress>? progress)
    {
        _client = client;
        _settings = settings;
        _blob = blob;
        _retry = new HubRetry(settings);
        _progress = new ProgressInterval(blob.File, progress);
        _furthest = blob.Length;
    }

    private HubFile File => _blob.File;

    /// <summary>Fills the blob up to the file's size.</summary>
    /// <exception cref="HubException">The file cannot be had, or has another size than was announced.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _progress.Report(_blob.Length);
        while (_blob.Length < File.Size)
        {
            try
            {
                await ContinueAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (HubException failure)
            {
                await _retry.WaitAsync(failure, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ContinueAsync(CancellationToken cancellationToken)
    {
        using var response = await _client.OpenAsync(File, _blob.Length, _validator, cancellationToken).ConfigureAwait(false);
        if (!IsRest(response))
        {
            // A server that does not know ranges, or whose file is another one by now, sends all of it.
            _blob.Restart();
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw HubErrors.BrokenOff(File.ToString(), 0, File.Size);
            }
        }

        CheckSize(response);
        _validator = HubFile.StrongETag(response);
        using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await CopyAsync(body, cancellationToken).ConfigureAwait(false);
    }

    private bool IsRest(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.PartialContent && (response.Content.Headers.ContentRange?.From ?? _blob.Length) == _blob.Length;

    private void CheckSize(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentLength is { } length && _blob.Length + length != File.Size)
        {
            var total = _blob.Length + length;
            _blob.Restart();
            throw OtherSize($"{total} bytes");
        }
    }

    private async Task CopyAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await ReadAsync(body, buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await AppendAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (_blob.Length < File.Size)
        {
            throw HubErrors.BrokenOff(File.ToString(), _blob.Length, File.Size);
        }
    }

    private async Task AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (_blob.Length + data.Length > File.Size)
        {
            _blob.Restart();
            throw OtherSize("more");
        }

        await _blob.AppendAsync(data, cancellationToken).ConfigureAwait(false);
        _progress.Report(_blob.Length);
        if (_blob.Length > _furthest)
        {
            // Not any bytes: a server that sends the same half again and again is not progress.
            _furthest = _blob.Length;
            _retry.Progressed();
        }
    }

    private async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        using var timeout = _settings.StartTimeout();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await body.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw HubErrors.BrokenOff(File.ToString(), _blob.Length, File.Size);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw HubErrors.BrokenOff(File.ToString(), _blob.Length, File.Size, failure);
        }
    }

    private HubException OtherSize(string found) => new(
        HubFailure.Damaged,
        $"{File} was announced with {File.Size} bytes and has {found}; it was deleted. Try again; if it happens again, the server or a proxy is at fault.");
}
