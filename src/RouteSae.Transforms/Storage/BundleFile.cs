using System.Security.Cryptography;

namespace RouteSae.Storage;

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
            var actual = Measure(stream);
            return actual.Size != Size ? $"{name} has {actual.Size} bytes instead of {Size}"
                : !actual.Sha256.Equals(Sha256, StringComparison.OrdinalIgnoreCase) ? $"{name} has SHA-256 {actual.Sha256} instead of {Sha256}"
                : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or KeyNotFoundException)
        {
            return $"{name} is missing";
        }
    }
}
