using System.CommandLine;
using RouteSae.LanguageModels;
using RouteSae.Tensors;

namespace RouteSae.Cli;

/// <summary><c>routesae generate</c>: prompts continued greedily.</summary>
internal static class GenerateCommand
{
    private const string OutputIds = "output_ids";

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = CommonOptions.Model();
        var tokens = CommonOptions.Input("--tokens", "A safetensors file with input_ids and, where prompts are padded on the left, attention_mask: I64 [rows, tokens].");
        var file = CommonOptions.Output("The safetensors file to write: output_ids I64 [rows, tokens + new tokens], prompts included.");
        var precision = CommonOptions.Precision();
        var maximum = new Option<int>("--max-new-tokens") { Description = "How many tokens are added at most.", DefaultValueFactory = _ => new GenerationOptions().MaxNewTokens };
        maximum.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--max-new-tokens must be at least 1.");
        });
        var command = new Command("generate", "Continues prompts with the most probable tokens.") { model, tokens, maximum, file, precision };
        command.SetAction(async (result, cancellationToken) =>
        {
            var folder = await ModelFolder.ResolveAsync(result.GetRequiredValue(model), error, cancellationToken);
            await Task.Run(() => Write(
                folder, result.GetRequiredValue(tokens).FullName, CommonOptions.Target(result.GetRequiredValue(file)),
                result.GetValue(maximum), CommonOptions.Precision(result.GetRequiredValue(precision)), output, cancellationToken), cancellationToken);
        });
        return command;
    }

    private static void Write(string folder, string tokens, string path, int maximum, Precision precision, TextWriter output, CancellationToken cancellationToken)
    {
        using var prompts = PromptFile.Read(tokens);
        using var model = DecoderModel.Load(folder, new DecoderLoadOptions { Precision = precision });
        using var generated = model.Generate(prompts.InputIds, prompts.AttentionMask, new GenerationOptions { MaxNewTokens = maximum }, cancellationToken);
        SafetensorsWriter.Write(path, [KeyValuePair.Create(OutputIds, generated.Ids)]);
        output.WriteLine($"{path}: {OutputIds} [{string.Join(", ", generated.Ids.shape)}]");
    }
}
