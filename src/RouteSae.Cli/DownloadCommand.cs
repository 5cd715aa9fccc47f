using System.CommandLine;

namespace RouteSae.Cli;

/// <summary><c>routesae download</c>: a model of the hub into the cache.</summary>
internal static class DownloadCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = CommonOptions.Model();
        var command = new Command("download", "Brings a model from the Hugging Face hub into its cache, and prints its folder.") { model };
        command.SetAction(async (result, cancellationToken) =>
            output.WriteLine(await ModelFolder.ResolveAsync(result.GetRequiredValue(model), error, cancellationToken)));
        return command;
    }
}
