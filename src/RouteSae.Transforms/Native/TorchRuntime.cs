using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using TorchSharp;

namespace RouteSae.Native;

/// <summary>
/// Makes TorchSharp's native half load on systems whose libstdc++ is older than GCC 13 (Debian 12, Ubuntu 22.04,
/// RHEL 9). Applications need not call it: the first use of this library prepares everything.
/// </summary>
/// <remarks>
/// On 64-bit Linux a resolver is registered that .NET asks only after its own search for <c>LibTorchSharp</c> has
/// failed. Where TorchSharp loads by itself, and on Windows and macOS, nothing is copied or changed.
/// A program that calls TorchSharp before anything of this library must call <see cref="EnsureLoaded"/> first.
/// </remarks>
public static class TorchRuntime
{
    private static volatile bool _loaded;

    /// <summary>
    /// Loads TorchSharp's native library now, so that a missing or unusable one is reported here and in full,
    /// before TorchSharp tries to help itself by copying libtorch beside the application. Cheap once it is loaded.
    /// </summary>
    /// <exception cref="TorchLoadException">
    /// The native library cannot be loaded; the message says which file or symbol is missing and what to install.
    /// </exception>
    public static void EnsureLoaded()
    {
        if (_loaded)
        {
            return;
        }

        if (IsSupportedLinux)
        {
            NativeLibrary.Load(TorchLibraryResolver.LibraryName, typeof(torch).Assembly, searchPath: null);
        }

        _loaded = true;
    }

    [SupportedOSPlatformGuard("linux")]
    internal static bool IsSupportedLinux { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

#pragma warning disable CA2255 // A module initializer is the one hook that runs before any use of this library.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Prepare()
    {
        if (!IsSupportedLinux)
        {
            return;
        }

        OpenMpWaitPolicy.PreferPassive();
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += TorchLibraryResolver.Resolve;
        var own = AssemblyLoadContext.GetLoadContext(typeof(TorchRuntime).Assembly);
        if (own is not null && own != AssemblyLoadContext.Default)
        {
            own.ResolvingUnmanagedDll += TorchLibraryResolver.Resolve;
        }
    }
}
