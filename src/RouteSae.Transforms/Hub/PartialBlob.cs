using System.Buffers;

namespace RouteSae.Hub;

/// <summary>The beginning of a blob, in <c>blobs/ETAG.incomplete</c>. It stays when a download is interrupted, and the next one goes on from there.</summary>
internal sealed class PartialBlob : IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly FileStream _stream;
    private readonly BlobDigest _digest;

    private PartialBlob(string path, HubFile file)
    {
        File = file;
        _digest = new BlobDigest(file.ETag, file.Size);

        // Not shared: whatever becomes of the lock file, two writers never mix.
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
    }

    public HubFile File { get; }

    /// <summary>Bytes that are there.</summary>
    public long Length => _stream.Position;

    /// <summary>Opens or makes the file, and reads what is there for the hash.</summary>
    public static async Task<PartialBlob> OpenAsync(string path, HubFile file, CancellationToken cancellationToken)
    {
        var blob = new PartialBlob(path, file);
        try
        {
            await blob.ReadAsync(cancellationToken).ConfigureAwait(false);
            return blob;
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }

    /// <summary>Adds bytes.</summary>
    public async Task AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        _digest.Append(data.Span);
        await _stream.WriteAsync(data, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Throws away what is there.</summary>
    public void Restart()
    {
        _stream.SetLength(0);
        _stream.Position = 0;
        _digest.Restart();
    }

    /// <summary>Writes everything to the disk and compares the hash.</summary>
    /// <exception cref="HubException">It is another one. Nothing is left of what was there.</exception>
    public void Verify()
    {
        if (_digest.FindOther() is { } found)
        {
            Restart();
            throw new HubException(
                HubFailure.Damaged,
                $"{File} was downloaded and has {_digest.Name} {found} instead of {File.ETag}; it was deleted. Try again; if it happens again, the server or a proxy is at fault.");
        }

        _stream.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _digest.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (_stream.Length > File.Size)
        {
            Restart();
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                _digest.Append(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
