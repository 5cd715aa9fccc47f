using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RouteSae.Native;

/// <summary>
/// Loads libtorch and then TorchSharp's native half, repaired if this system's libstdc++ is too old for it.
/// </summary>
/// <param name="folders">The folders that may hold the native libraries, the preferred one first.</param>
[SupportedOSPlatform("linux")]
internal sealed class TorchLibraryLoader(IReadOnlyList<string> folders)
{
    private const string Library = "libLibTorchSharp.so";

    // In the order of their dependencies. They are loaded by full path because the repaired copy, which lies in
    // another folder, finds them only if they are in memory already.
    private static readonly string[] Libtorch = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    /// <summary>Loads everything and returns the handle of TorchSharp's native half.</summary>
    /// <exception cref="TorchLoadException">A library is missing or unusable.</exception>
    public nint Load()
    {
        var library = Find(Library);
        LoadLibtorch();
        try
        {
            return NativeLibrary.Load(library);
        }
        catch (DllNotFoundException failure) when (LoadFailure.IsMissingVersion(failure, PatchedLibrary.Version))
        {
            return LoadRepaired(library);
        }
        catch (DllNotFoundException failure)
        {
            throw LoadFailure.Explain(library, failure);
        }
    }

    private void LoadLibtorch()
    {
        var core = Find(Libtorch[0]);
        foreach (var openMp in Directory.GetFiles(Path.GetDirectoryName(core)!, "libgomp*.so*"))
        {
            LoadFromPath(openMp);
        }

        foreach (var name in Libtorch)
        {
            LoadFromPath(Find(name));
        }
    }

    private static nint LoadRepaired(string library)
    {
        var folder = PrivateFolder.NativeCache();
        return LoadFromPath(new PatchedLibraryCache(folder).Obtain(library));
    }

    private static nint LoadFromPath(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException failure)
        {
            throw LoadFailure.Explain(path, failure);
        }
    }

    private string Find(string name)
    {
        foreach (var folder in folders)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw LoadFailure.NoBackend(name, folders);
    }
}
