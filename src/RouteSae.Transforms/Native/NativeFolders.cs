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

    private static IEnumerable<string> BesideTorchSharp()
    {
        // Empty in a single-file application, where the folders of the host hold everything.
        var folder = Path.GetDirectoryName(typeof(torch).Assembly.Location);
        return string.IsNullOrEmpty(folder) ? [] : Beside(folder);
    }
}
