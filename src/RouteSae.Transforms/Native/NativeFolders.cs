using TorchSharp;

namespace RouteSae.Native;

/// <summary>Where this process may find the native libraries of its packages.</summary>
internal static class NativeFolders
{
    private const string RuntimeFolder = "runtimes/linux-x64/native";

    /// <summary>Existing folders without repetition, in the order in which they are to be searched.</summary>
    /// <remarks>
    /// A libtorch that is in memory already comes first: a second one from another folder would abort the process.
    /// </remarks>
    public static IReadOnlyList<string> OfThisProcess() =>
    [
        .. LoadedLibtorchFolder()
            .Concat(HostFolders())
            .Concat(Beside(AppContext.BaseDirectory))
            .Concat(BesideTorchSharp())
            .Concat(PackageFolders())
            .Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
            .Distinct(StringComparer.Ordinal)
            .Where(Directory.Exists),
    ];

    private static IEnumerable<string> LoadedLibtorchFolder()
    {
        const string Name = "/libtorch_cpu.so";
        var line = File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.EndsWith(Name, StringComparison.Ordinal));
        return line is null ? [] : [line[line.IndexOf('/')..^Name.Length]];
    }

    private static IEnumerable<string> HostFolders() =>
        (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Beside(string folder) => [Path.Combine(folder, RuntimeFolder), folder];

    private static IEnumerable<string> BesideTorchSharp() => TorchSharpFolder() is { } folder ? Beside(folder) : [];

    // In a notebook the assemblies are used where they lie: packages/torchsharp/VERSION/lib/FRAMEWORK.
    private static IEnumerable<string> PackageFolders()
    {
        if (TorchSharpFolder() is not { } folder)
        {
            return [];
        }

        var package = Path.Combine(folder, "..", "..");
        var libtorch = Path.Combine(package, "..", "..", LibtorchPackage.Name, LibtorchPackage.Version);
        return [Path.Combine(package, RuntimeFolder), Path.Combine(libtorch, RuntimeFolder)];
    }

    // Null in a single-file application, where the folders of the host hold everything.
    private static string? TorchSharpFolder() =>
        Path.GetDirectoryName(typeof(torch).Assembly.Location) is { Length: > 0 } folder ? folder : null;
}
