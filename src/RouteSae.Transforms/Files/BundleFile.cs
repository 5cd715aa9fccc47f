using System.Security.Cryptography;

namespace RouteSae.Files;

/// <summary>What a manifest says of a file, so that damage is noticed before it is read.</summary>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">The SHA-256 of its bytes, 64 lower-case hexadecimal digits.</param>
public sealed record BundleFile(long Size, string Sha256)
{
    /// <summary>Measures the rest of a stream.</summary>
    /// <param name="stream">The stream; read to its end.</param>
    /// <returns>The number of bytes and their hash.</returns>
    public static BundleFile Measure(Stream stream)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        long size = 0;
        for (int read; (read = stream.Read(buffer)) > 0; size += read)
        {
            sha.AppendData(buffer, 0, read);
        }

        return new BundleFile(size, Convert.ToHexStringLower(sha.GetHashAndReset()));
    }

    /// <summary>Compares with what is really there.</summary>
    /// <param name="name">The file's name, for the message.</param>
    /// <param name="open">Opens it.</param>
    /// <returns>What differs, or null when nothing does.</returns>
    internal string? Problem(string name, Func<Stream> open)
    {
        try
        {
            using var stream = open();
            if (stream.CanSeek && stream.Length != Size)
            {
                return Problem(name, stream.Length, sha256: null);
            }

            var actual = Measure(stream);
            return Problem(name, actual.Size, actual.Sha256);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or KeyNotFoundException)
        {
            return $"{name} is missing";
        }
    }

    /// <summary>Compares with a size and, where it is known, a SHA-256 in hexadecimal.</summary>
    /// <returns>What differs, or null when nothing is known to.</returns>
    internal string? Problem(string name, long size, string? sha256) =>
        size != Size ? $"{name} has {size} bytes instead of {Size}"
        : sha256?.Equals(Sha256, StringComparison.OrdinalIgnoreCase) == false ? $"{name} has SHA-256 {sha256} instead of {Sha256}"
        : null;
}
