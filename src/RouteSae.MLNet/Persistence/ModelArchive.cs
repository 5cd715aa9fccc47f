using Microsoft.ML;
using RouteSae.MLNet.Interop;
using RouteSae.Storage;

namespace RouteSae.MLNet.Persistence;

/// <summary>
/// A transformer within an ML.NET model: the stream routesae.json, and the files of its bundle as streams of their own. Nothing
/// lies in ML.NET's main stream, whose format is not ours to version.
/// </summary>
internal static class ModelArchive
{
    public const string Location = "The RouteSae part of the ML.NET model";

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
        var bytes = ReadStream(modelLoadContext, StreamName(BundleManifest.FileName));
        using var stream = new MemoryStream(bytes);
        return BundleFile.Measure(stream) == expected
            ? bytes
            : throw new BundleFormatException($"{Location} is damaged: the SHA-256 of stream {StreamName(BundleManifest.FileName)} is not {expected.Sha256}.");
    }

    private static byte[] ReadStream(object modelLoadContext, string name, long expectedSize = 0)
    {
        byte[]? bytes = null;
        try
        {
            MlNetInterop.TryReadStream(modelLoadContext, name, stream =>
            {
                using var copy = new MemoryStream((int)Math.Min(expectedSize, Array.MaxLength));
                stream.CopyTo(copy);
                bytes = copy.Length == copy.Capacity ? copy.GetBuffer() : copy.ToArray();
            });
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new BundleFormatException($"{Location} is damaged: stream {name} cannot be read: {exception.Message}", exception);
        }

        return bytes ?? throw new BundleFormatException($"{Location} is damaged: stream {name} is missing.");
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
