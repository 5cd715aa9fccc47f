namespace RouteSae.Cli.Tests;

/// <summary>What a command line came to.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static async Task<ToolRun> Of(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var exitCode = await Tool.RunAsync(arguments, output, error);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }
}
