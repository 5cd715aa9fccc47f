using System.Security.Cryptography;
using RouteSae.Files;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>
/// The file of a <see cref="TrainingState"/>: a safetensors file whose last 32 bytes, the tensor <c>~sha256</c>, are the
/// SHA-256 of the file as it was with zeros in their place. So every byte is checked, and the file is written in one go.
/// </summary>
internal static class TrainingStateFile
{
    private const string FormatName = "routesae.training";
    private const string CurrentFormat = "1";
    private const string ValuesName = "values";
    private const string ChecksumName = "~sha256"; // '~' sorts behind all other names, and bytes behind all wider elements

    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, string values)
    {
        using var checksum = zeros(SHA256.HashSizeInBytes, dtype: ScalarType.Byte);
        var metadata = new Dictionary<string, string> { [FormatName] = CurrentFormat, [ValuesName] = values };
        AtomicFile.Write(path, stream =>
        {
            using var sha = SHA256.Create();
            using (var hashing = new CryptoStream(stream, sha, CryptoStreamMode.Write, leaveOpen: true))
                SafetensorsWriter.Write(hashing, tensors.Append(new(ChecksumName, checksum)), metadata);
            stream.Seek(-SHA256.HashSizeInBytes, SeekOrigin.End);
            stream.Write(sha.Hash);
        });
    }

    /// <summary>Reads all tensors into a dictionary, whose owner frees them also after an error.</summary>
    /// <returns>The values, as JSON.</returns>
    public static string Read(string path, IDictionary<string, Tensor> tensors)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(FormatName, out var format) || !file.Contains(ChecksumName))
            throw SafetensorsFormatException.In(path, "this is not the state of a training");
        CheckChecksum(path);
        if (format != CurrentFormat)
            throw new NotSupportedException($"{path} has format {format} of training states; this version of RouteSae reads format {CurrentFormat}. Go on with the version that wrote it.");
        foreach (var name in file.Names.Where(name => name != ChecksumName))
            tensors.Add(name, file.Load(name).DetachFromDisposeScope());
        return file.Metadata.TryGetValue(ValuesName, out var values) ? values : throw SafetensorsFormatException.In(path, $"its metadata lack '{ValuesName}', the values of the state");
    }

    private static void CheckChecksum(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        var left = stream.Length - SHA256.HashSizeInBytes;
        for (int read; left > 0 && (read = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length))) > 0; left -= read)
            sha.AppendData(buffer, 0, read);
        sha.AppendData(new byte[SHA256.HashSizeInBytes]);
        var stored = new byte[SHA256.HashSizeInBytes];
        if (left != 0 || stream.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) < stored.Length || !sha.GetHashAndReset().AsSpan().SequenceEqual(stored))
            throw SafetensorsFormatException.In(path, "its checksum does not fit: the file is damaged");
    }
}
