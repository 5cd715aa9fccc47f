using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RouteSae.Features;
using RouteSae.LanguageModels;
using RouteSae.Native;
using TorchSharp;

// Usage: RouteSae.NativeProbe [ensure | options | initializer]
// Prints what the tests look at, one "name: value" a line; the exit code is 1 if torch could not be used.
if (args is ["ensure" or "options"])
{
    try
    {
        if (args is ["options"])
            _ = (new TextFeaturizerOptions(), new DecoderLoadOptions());
        else
            TorchRuntime.EnsureLoaded();
    }
    catch (TorchLoadException failure)
    {
        Console.WriteLine("failure: " + failure.Message);
        return 1;
    }
}
else
{
    // As any use of the library does.
    RuntimeHelpers.RunModuleConstructor(typeof(TorchRuntime).Module.ModuleHandle);
}

using var ones = torch.ones(2, 3);
using var sum = ones.sum();
Console.WriteLine("sum: " + sum.item<float>());
Console.WriteLine("wait policy: " + Marshal.PtrToStringUTF8(NativeEnvironment.Get("OMP_WAIT_POLICY")));
Console.WriteLine("library: " + LoadedPath("LibTorchSharp"));
Console.WriteLine("libtorch: " + LoadedPath("libtorch_cpu"));
return 0;

static string LoadedPath(string name)
{
    if (!OperatingSystem.IsLinux())
    {
        return "";
    }

    var paths = File.ReadLines("/proc/self/maps")
        .Where(line => line.Contains('/'))
        .Select(line => line[line.IndexOf('/')..])
        .Where(path => Path.GetFileName(path).Contains(name, StringComparison.Ordinal))
        .Distinct();
    return string.Join(", ", paths);
}

internal static partial class NativeEnvironment
{
    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Get(string name);
}
