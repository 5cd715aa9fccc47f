namespace RouteSae.Native;

/// <summary>The package with the native libtorch that this version of TorchSharp was built for.</summary>
internal static class LibtorchPackage
{
    public const string Name = "libtorch-cpu-linux-x64";

    public const string Version = "2.10.0";

    /// <summary>The TorchSharp that it belongs to.</summary>
    public const string TorchSharpVersion = "0.107.0";
}
