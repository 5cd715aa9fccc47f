using System.Diagnostics;

namespace RouteSae.Tests.Native;

/// <summary>RouteSae.NativeProbe, as built or laid out anew in a folder with chosen native libraries.</summary>
internal sealed class ProbeApplication
{
    private const string Name = "RouteSae.NativeProbe";
    private readonly string _folder;

    private ProbeApplication(string folder) => _folder = folder;

    /// <summary>The output folder of the project, of the same configuration and framework as these tests.</summary>
    public static ProbeApplication Built { get; } = new(BuiltFolder());

    public static string NativeFolder { get; } = Path.Combine(Built._folder, "runtimes", "linux-x64", "native");

    /// <summary>
    /// The managed files alone, without the manifest that would tell the host about native libraries, so that only
    /// those that are put into <paramref name="folder"/> exist for it.
    /// </summary>
    public static ProbeApplication WithoutNativeLibraries(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Built._folder).Where(file => !file.EndsWith(".deps.json", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return new ProbeApplication(folder);
    }

    /// <summary>Puts links to the native libraries into a folder, except those whose names start like this.</summary>
    public static void LinkNativeLibraries(string folder, string? except = null)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(NativeFolder))
        {
            var name = Path.GetFileName(file);
            if (except is null || !name.StartsWith(except, StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(Path.Combine(folder, name), file);
            }
        }
    }

    /// <summary>Starts the program. A variable whose value is null is removed from its environment.</summary>
    public ProbeRun Start(string mode, string cache, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(_folder, Name + ".dll"), mode])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = cache;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ProbeRun(Process.Start(start)!);
    }

    private static string BuiltFolder()
    {
        // bin/<configuration>/<framework>
        var output = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(RepositoryFiles.Root, "tests", Name, "bin", output.Parent!.Name, output.Name);
    }
}
