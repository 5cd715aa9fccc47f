using System.CommandLine;
using System.CommandLine.Parsing;
using RouteSae.LanguageModels;

namespace RouteSae.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<string> Model() => new("--model") { Description = "The checkpoint: a folder in Hugging Face's format.", Required = true };

    public static Option<FileInfo> Input(string name, string description)
    {
        var option = new Option<FileInfo>(name) { Description = description, Required = true };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo>() is { Exists: false } file)
                result.AddError($"{name}: there is no file {file.FullName}.");
        });
        return option;
    }

    public static Option<FileInfo> Output(string description)
    {
        var option = new Option<FileInfo>("--output") { Description = description, Required = true };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo>()?.Directory is { Exists: false } folder)
                result.AddError($"--output: there is no folder {folder.FullName}. Make it first.");
        });
        return option;
    }

    public static Option<Precision> Precision()
    {
        var option = new Option<Precision>("--precision")
        {
            Description = "The type to compute in: float32 or bfloat16.",
            HelpName = "float32|bfloat16",
            DefaultValueFactory = _ => LanguageModels.Precision.Float32,
            CustomParser = result => Choice(result, "--precision", ("float32", LanguageModels.Precision.Float32), ("bfloat16", LanguageModels.Precision.BFloat16)),
        };
        option.CompletionSources.Add("float32", "bfloat16");
        return option;
    }

    /// <summary>One of several words.</summary>
    public static T? Choice<T>(ArgumentResult result, string option, params (string Word, T Value)[] choices)
    {
        var word = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        foreach (var choice in choices)
        {
            if (choice.Word == word)
                return choice.Value;
        }
        result.AddError($"{option} is '{word}'; {string.Join(" or ", choices.Select(choice => choice.Word))} is expected.");
        return default;
    }
}
