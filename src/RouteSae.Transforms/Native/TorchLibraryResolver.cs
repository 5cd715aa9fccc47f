using System.Reflection;
using System.Runtime.Versioning;

namespace RouteSae.Native;

/// <summary>Answers .NET's question for <c>LibTorchSharp</c> after its own search has failed.</summary>
[SupportedOSPlatform("linux")]
internal static class TorchLibraryResolver
{
    /// <summary>The name by which TorchSharp imports its native half.</summary>
    public const string LibraryName = "LibTorchSharp";

    private static readonly Lock Gate = new();
    private static nint _handle;

    /// <summary>The handle of the loaded library, or zero for a library that is none of our business.</summary>
    /// <exception cref="TorchLoadException">The library cannot be loaded, repaired or not.</exception>
    public static nint Resolve(Assembly assembly, string name)
    {
        if (name != LibraryName)
        {
            return 0;
        }

        lock (Gate)
        {
            if (_handle == 0)
            {
                _handle = new TorchLibraryLoader(NativeFolders.OfThisProcess()).Load();
            }

            return _handle;
        }
    }
}
