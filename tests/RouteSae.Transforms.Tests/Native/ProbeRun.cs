using System.Diagnostics;

namespace RouteSae.Tests.Native;

/// <summary>A started probe; its results wait for its end.</summary>
internal sealed class ProbeRun
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public ProbeRun(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int ExitCode
    {
        get
        {
            _process.WaitForExit();
            return _process.ExitCode;
        }
    }

    /// <summary>Everything that it wrote, for the messages of failing tests.</summary>
    public string Text => _output.Result + _error.Result;

    /// <summary>The rest of the line that starts with this name.</summary>
    public string Value(string name) =>
        Text.Split('\n').Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];
}
