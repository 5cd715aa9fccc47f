using System.Diagnostics;

namespace RouteSae.MLNet.Tests;

/// <summary>Runs tests/RouteSae.MLNet.Loader, a program that never names a type of ours.</summary>
internal static class FreshProcess
{
    /// <summary>Starts the program with these arguments and gives the lines that it printed.</summary>
    public static string[] Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program(), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"The loader ended with {process.ExitCode}: {errors.Result}");
    }

    // The loader is built with the same configuration and for the same framework as this assembly.
    private static string Program()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            RepositoryFiles.Root, "tests", "RouteSae.MLNet.Loader", "bin", here.Parent!.Name, here.Name, "RouteSae.MLNet.Loader.dll");
    }
}
