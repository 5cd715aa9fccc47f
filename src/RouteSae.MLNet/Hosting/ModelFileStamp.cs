using System.Security.Cryptography;

namespace RouteSae.MLNet.Hosting;

/// <summary>What is compared to see whether a file has changed.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Written">When it was last written to.</param>
/// <param name="End">A hash of its last 64 KB, where a zip keeps the check sums of all that is in it.</param>
internal readonly record struct ModelFileStamp(long Length, DateTime Written, UInt128 End)
{
    private const int EndBytes = 64 << 10;

    /// <summary>Looks at the file, through links. Null when it is not there or cannot be read.</summary>
    public static ModelFileStamp? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            var end = new byte[Math.Min(length, EndBytes)];
            var read = RandomAccess.Read(file, end, length - end.Length);
            return new ModelFileStamp(length, File.GetLastWriteTimeUtc(file), Hash(end.AsSpan(0, read)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
