using RouteSae.Native;

namespace RouteSae.Tests.Native;

/// <summary>What this machine's libstdc++ offers.</summary>
internal static class SystemRuntime
{
    public const string NewEnough = "TorchSharp loads by itself on this machine, so nothing is repaired.";

    /// <summary>Whether libstdc++ is too old for TorchSharp as it is packaged.</summary>
    public static bool NeedsRepair { get; } = LacksVersion();

    private static bool LacksVersion()
    {
        if (!TorchRuntime.IsSupportedLinux)
        {
            return false;
        }

        TorchRuntime.EnsureLoaded();
        var library = File.ReadLines("/proc/self/maps").First(line => line.Contains("/libstdc++.so", StringComparison.Ordinal));
        return File.ReadAllBytes(library[library.IndexOf('/')..]).AsSpan().IndexOf("GLIBCXX_3.4.32\0"u8) < 0;
    }
}
