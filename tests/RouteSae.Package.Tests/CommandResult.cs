using System.Text.RegularExpressions;

namespace RouteSae.Package.Tests;

/// <summary>What a command printed, errors included, and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    /// <summary>The package sources could not be reached, which says nothing about our packages.</summary>
    public bool IsOffline => Output.Contains("NU1301", StringComparison.Ordinal);

    /// <summary>The package sources do not have a package that is none of ours, or could not be reached.</summary>
    public bool Lacks(string packages) => IsOffline || Regex.IsMatch(Output, $"NU110[12][^\n]* {packages}");

    /// <summary>The output of a command that succeeded.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is its output.</exception>
    public string Require() => ExitCode == 0 ? Output : throw new InvalidOperationException($"The command ended with {ExitCode}:\n{Output}");
}
