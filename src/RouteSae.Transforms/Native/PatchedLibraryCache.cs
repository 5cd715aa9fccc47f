using System.Runtime.Versioning;
using System.Security.Cryptography;
using RouteSae.Files;

namespace RouteSae.Native;

/// <summary>Keeps repaired copies of native libraries, each under the SHA-256 of its source.</summary>
/// <param name="folder">A folder that only its owner can write to (<see cref="PrivateFolder"/>).</param>
[SupportedOSPlatform("linux")]
internal sealed class PatchedLibraryCache(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The path of the repaired copy, made if it does not exist and replaced if it is damaged. Safe to call from many
    /// processes at once: each writes a file of its own and renames it, and a file in use is never written to.
    /// </summary>
    /// <exception cref="TorchLoadException">The source cannot be repaired or the copy cannot be written.</exception>
    public string Obtain(string source)
    {
        try
        {
            var image = File.ReadAllBytes(source);
            var path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(source)}-{Convert.ToHexStringLower(SHA256.HashData(image))}.so");
            if (!PatchedLibrary.Weaken(image, Path.GetFileName(source)))
            {
                throw new TorchLoadException(
                    $"'{source}' does not load although it does not need {PatchedLibrary.Version}. Restore the package TorchSharp {LibtorchPackage.TorchSharpVersion} again.");
            }

            if (!Holds(path, image))
            {
                AtomicFile.Write(path, stream => stream.Write(image), OwnerOnly);
            }

            return path;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            throw new TorchLoadException(
                $"libstdc++ on this system lacks {PatchedLibrary.Version}, and a copy of '{source}' that does without it "
                + $"cannot be kept in '{folder}': {failure.Message} Set XDG_CACHE_HOME to a folder that you can write to, "
                + "or use a system with libstdc++ of GCC 13 or later.",
                failure);
        }
    }

    // The whole content is compared by hash: the folder is private, but disks fill up and files get damaged.
    private static bool Holds(string path, byte[] image)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.LinkTarget is not null || file.Length != image.Length)
        {
            return false;
        }

        using var stream = file.OpenRead();
        return SHA256.HashData(stream).AsSpan().SequenceEqual(SHA256.HashData(image));
    }
}
