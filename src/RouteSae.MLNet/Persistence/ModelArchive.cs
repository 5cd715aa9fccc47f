using Microsoft.ML;
using RouteSae.Bundles;
using RouteSae.Files;
using RouteSae.MLNet.Interop;

namespace RouteSae.MLNet.Persistence;

/// <summary>
/// A transformer within an ML.NET model: the stream routesae.json, and the files of its bundle as streams of their own. Nothing
/// lies in ML.NET's main stream, whose format is not ours to version.
/// </summary>
internal static class ModelArchive
{
    public const string Location = "The RouteSae part of the ML.NET model";

    // Nothing larger is allocated on the word of a manifest alone.
    private const int TrustedBytes = 64 << 20;

    public static void Write(ModelSaveContext context, ArchiveManifest manifest, FeatureBundle bundle)
    {
        CheckSizes(bundle);
        bundle.Verify();
        MlNetInterop.WriteHeader(context);
        MlNetInterop.WriteStream(context, ArchiveManifest.StreamName, stream => stream.Write(manifest.ToJson()));
        MlNetInterop.WriteStream(context, StreamName(BundleManifest.FileName), stream => stream.Write(bundle.ManifestBytes.Span));
        foreach (var name in bundle.Manifest.Files.Keys)
        {
            MlNetInterop.WriteStream(context, StreamName(name), target =>
            {
                using var source = bundle.Files.Open(name);
                source.CopyTo(target);
            });
        }
    }

    public static (ArchiveManifest Manifest, FeatureBundle Bundle) Read(object modelLoadContext)
    {
        var manifest = ArchiveManifest.Parse(ReadStream(modelLoadContext, ArchiveManifest.StreamName));
        var files = new Dictionary<string, byte[]> { [BundleManifest.FileName] = ReadBundleManifest(modelLoadContext, manifest.Bundle) };
        var bundleManifest = BundleManifest.Parse(files[BundleManifest.FileName], Location);
        foreach (var (name, expected) in bundleManifest.Files)
        {
            files[name] = ReadStream(modelLoadContext, StreamName(name), expected.Size);
        }

        return (manifest, FeatureBundle.Open(new MemoryBundleFiles(Location, files), manifest.LanguageModelLastFoundAt));
    }

    private static byte[] ReadBundleManifest(object modelLoadContext, BundleFile expected)
    {
        var bytes = ReadStream(modelLoadContext, StreamName(BundleManifest.FileName), expected.Size);
        using var stream = new MemoryStream(bytes);
        return BundleFile.Measure(stream) == expected
            ? bytes
            : throw new BundleFormatException($"{Location} is damaged: the SHA-256 of stream {StreamName(BundleManifest.FileName)} is not {expected.Sha256}.");
    }

    /// <summary>Reads a stream; one that is shorter than expected is left to the comparison of the hashes.</summary>
    private static byte[] ReadStream(object modelLoadContext, string name, long? expectedSize = null)
    {
        if (expectedSize > Array.MaxLength)
        {
            throw new BundleFormatException(
                $"{Location} is damaged: stream {name} is said to have {expectedSize} bytes; a saved ML.NET model holds files of up to {Array.MaxLength} bytes.");
        }

        byte[]? bytes = null;
        try
        {
            MlNetInterop.TryReadStream(modelLoadContext, name, stream => bytes = expectedSize is { } size ? ReadUpTo(stream, name, size) : ReadToEnd(stream));
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new BundleFormatException($"{Location} is damaged: stream {name} cannot be read: {exception.Message}");
        }

        return bytes ?? throw new BundleFormatException($"{Location} is damaged: stream {name} is missing.");
    }

    private static byte[] ReadToEnd(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static byte[] ReadUpTo(Stream stream, string name, long expectedSize)
    {
        var bytes = new byte[Math.Clamp(expectedSize, 0, TrustedBytes)];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        while (read == bytes.Length && read < expectedSize)
        {
            Array.Resize(ref bytes, (int)Math.Min(expectedSize, 2L * read));
            read += stream.ReadAtLeast(bytes.AsSpan(read), bytes.Length - read, throwOnEndOfStream: false);
        }

        if (read == bytes.Length && stream.ReadByte() >= 0)
        {
            throw new BundleFormatException($"{Location} is damaged: stream {name} has more than the {expectedSize} bytes that it is said to have.");
        }

        return read == bytes.Length ? bytes : bytes[..read];
    }

    private static void CheckSizes(FeatureBundle bundle)
    {
        foreach (var (name, file) in bundle.Manifest.Files.Where(file => file.Value.Size > Array.MaxLength))
        {
            throw new NotSupportedException(
                $"{name} of the bundle '{bundle.Files.Location}' has {file.Size} bytes; a saved ML.NET model holds files of up to {Array.MaxLength} bytes. "
                + "Make the bundle with a reference to the language model instead of the model itself.");
        }
    }

    // Flat names: how ML.NET treats folders in stream names differs between operating systems.
    private static string StreamName(string fileName) => fileName.Replace('/', '.');
}
