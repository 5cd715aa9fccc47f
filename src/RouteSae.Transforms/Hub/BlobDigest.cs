using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RouteSae.Hub;

/// <summary>
/// The hash that an ETag promises: SHA-256 where it has 64 hexadecimal digits, git's SHA-1 of a blob (of <c>blob SIZE\0</c> and the
/// content) where it has 40. Other ETags promise nothing.
/// </summary>
internal sealed class BlobDigest : IDisposable
{
    private readonly string _etag;
    private readonly long _size;
    private readonly IncrementalHash? _hash;

    public BlobDigest(string etag, long size)
    {
        _etag = etag;
        _size = size;
        _hash = IsSha256(etag) ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256)
            : IsHexadecimal(etag, 40) ? IncrementalHash.CreateHash(HashAlgorithmName.SHA1)
            : null;
        Begin();
    }

    public string Name => _hash?.AlgorithmName == HashAlgorithmName.SHA1 ? "git SHA-1" : "SHA-256";

    /// <summary>Whether an ETag promises a SHA-256.</summary>
    public static bool IsSha256(string etag) => IsHexadecimal(etag, 64);

    public void Append(ReadOnlySpan<byte> data) => _hash?.AppendData(data);

    /// <summary>Forgets what was appended.</summary>
    public void Restart()
    {
        _hash?.GetHashAndReset();
        Begin();
    }

    /// <summary>The hash of what was appended when it is not the promised one, else null. Forgets what was appended.</summary>
    public string? FindOther()
    {
        if (_hash is null)
        {
            return null;
        }

        var found = Convert.ToHexStringLower(_hash.GetHashAndReset());
        Begin();
        return found.Equals(_etag, StringComparison.OrdinalIgnoreCase) ? null : found;
    }

    public void Dispose() => _hash?.Dispose();

    private static bool IsHexadecimal(string etag, int digits) => etag.Length == digits && etag.All(char.IsAsciiHexDigit);

    private void Begin()
    {
        if (_hash?.AlgorithmName == HashAlgorithmName.SHA1)
        {
            _hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {_size}\0")));
        }
    }
}
