using System.Text.RegularExpressions;

namespace RouteSae.Native;

/// <summary>Turns the dynamic linker's report into a message that says what is missing and what to do.</summary>
internal static partial class LoadFailure
{
    /// <summary>Whether the library failed to load because a dependency lacks exactly this symbol version.</summary>
    public static bool IsMissingVersion(DllNotFoundException failure, string version) =>
        MissingVersion().Match(failure.Message) is { Success: true } match && match.Groups["version"].Value == version;

    /// <summary>The exception for a library that exists and does not load.</summary>
    public static TorchLoadException Explain(string path, DllNotFoundException failure)
    {
        var (missing, remedy) = Diagnose(path, failure.Message);
        return new TorchLoadException($"{Path.GetFileName(path)} does not load: {missing}. {remedy}", failure);
    }

    /// <summary>The exception for an application without a native libtorch.</summary>
    public static TorchLoadException NoBackend(string name, IReadOnlyList<string> folders) => new(
        $"{name} was not found: the application has no native libtorch. Reference the package "
        + $"{LibtorchPackage.Name} (version {LibtorchPackage.Version}) from the application's project. Searched: {string.Join(", ", folders)}.");

    private static (string Missing, string Remedy) Diagnose(string path, string report)
    {
        if (MissingVersion().Match(report) is { Success: true } version)
        {
            return ($"{version.Groups["library"].Value} lacks the symbol version {version.Groups["version"].Value}",
                "This system's C or C++ runtime is too old for libtorch: use a newer release of the distribution.");
        }

        if (MissingFile().Match(report) is { Success: true } file)
        {
            return ($"{file.Groups["file"].Value} is missing", RemedyForFile(file.Groups["file"].Value));
        }

        if (MissingSymbol().Match(report) is { Success: true } symbol)
        {
            return ($"the symbol {symbol.Groups["symbol"].Value} is missing",
                "The versions of TorchSharp and libtorch do not belong together: "
                + $"TorchSharp {LibtorchPackage.TorchSharpVersion} needs libtorch {LibtorchPackage.Version}.");
        }

        if (report.Contains("failed to map segment", StringComparison.Ordinal))
        {
            return ($"the folder {Path.GetDirectoryName(path)} does not allow running code (mounted noexec)",
                "Set XDG_CACHE_HOME to a folder of yours on another file system.");
        }

        return (LinkerLine(path, report),
            $"Restore the packages TorchSharp {LibtorchPackage.TorchSharpVersion} and {LibtorchPackage.Name} {LibtorchPackage.Version} again.");
    }

    private static string RemedyForFile(string file) => file switch
    {
        _ when file.StartsWith("libgomp-", StringComparison.Ordinal)
            || file.StartsWith("libtorch", StringComparison.Ordinal)
            || file.StartsWith("libc10", StringComparison.Ordinal)
            => $"It belongs to the package {LibtorchPackage.Name} {LibtorchPackage.Version}: restore it again, and deploy all of its files.",
        _ when file.StartsWith("ld-linux", StringComparison.Ordinal)
            => "libtorch needs a Linux with glibc; Alpine and others with musl cannot run it.",
        _ when file.StartsWith("libstdc++", StringComparison.Ordinal) || file.StartsWith("libgcc", StringComparison.Ordinal)
            => "Install the C++ runtime (Debian, Ubuntu: libstdc++6; RHEL, Fedora: libstdc++).",
        _ => $"Install the system package that brings {file}.",
    };

    // .NET lists one attempt a line; the informative one names the path that was asked for.
    private static string LinkerLine(string path, string report)
    {
        var lines = report.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(line => line.StartsWith(path, StringComparison.Ordinal)) ?? lines[^1];
    }

    [GeneratedRegex(@"(?<library>[^\s/]+): version [`'](?<version>[^']+)' not found")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(?<file>[^\s/]+): cannot open shared object file")]
    private static partial Regex MissingFile();

    [GeneratedRegex(@"undefined symbol: (?<symbol>[^\s,]+)")]
    private static partial Regex MissingSymbol();
}
