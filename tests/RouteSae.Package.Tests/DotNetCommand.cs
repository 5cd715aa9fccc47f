using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace RouteSae.Package.Tests;

/// <summary>Runs `dotnet`, or a program that it made, in a folder, as a person at a prompt would.</summary>
internal static class DotNetCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="TimeoutException">It takes more than eight minutes; it was ended.</exception>
    public static Task<CommandResult> RunAsync(string folder, params string[] arguments) => RunAsync(Describe(folder, "dotnet", arguments));

    /// <summary>Runs an executable to its end. It finds the .NET of these tests, and unpacks what it holds to a folder beside it.</summary>
    /// <exception cref="TimeoutException">It takes more than eight minutes; it was ended.</exception>
    public static Task<CommandResult> RunProgramAsync(string folder, string program, params string[] arguments)
    {
        var start = Describe(folder, program, arguments);
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = Path.Combine(Path.GetDirectoryName(program)!, "unpacked");
        return RunAsync(start);
    }

    private static async Task<CommandResult> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end within {Limit}.");
        }

        lock (output)
        {
            return new CommandResult(process.ExitCode, output.ToString());
        }
    }

    private static ProcessStartInfo Describe(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What `dotnet test` sets for its own MSBuild is not for ours, and no build server may outlive the command.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return start;
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
