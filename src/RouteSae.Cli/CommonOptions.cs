using System.CommandLine;
using RouteSae.LanguageModels;

namespace RouteSae.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    private const string Float32 = "float32";
    private const string BFloat16 = "bfloat16";

    public static Option<string> Model() => new("--model") { Description = "The checkpoint: a folder in Hugging Face's format, or owner/name[@revision] on the Hugging Face hub.", Required = true };

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
            if (result.GetValueOrDefault<FileInfo>() is not { } file)
                return;
            if (file.Directory is { Exists: false } folder)
                result.AddError($"--output: there is no folder {folder.FullName}. Make it first.");
            else if (Directory.Exists(file.FullName) || IsDevice(file))
                result.AddError($"--output: {file.FullName} is not a file, but a folder or a device. Name a file; it is written whole or not at all.");
        });
        return option;
    }

    /// <summary>Where an output goes: what a link leads to, so that the link stays.</summary>
    public static string Target(FileInfo output) =>
        output.LinkTarget is null ? output.FullName : output.ResolveLinkTarget(returnFinalTarget: true)!.FullName;

    /// <summary>Replacing a device by a file, which an administrator may do, would break the system.</summary>
    private static bool IsDevice(FileInfo file) =>
        !OperatingSystem.IsWindows() && (file.FullName.StartsWith("/dev/", StringComparison.Ordinal) || file.FullName.StartsWith("/proc/", StringComparison.Ordinal));

    /// <summary>One of several words; the first is the default.</summary>
    public static Option<string> OneOf(string name, string description, params string[] words)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', words), DefaultValueFactory = _ => words[0] };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    public static Option<string> Precision() => OneOf("--precision", "The type to compute in.", Float32, BFloat16);

    /// <summary>What the word means.</summary>
    public static Precision Precision(string word) => word == BFloat16 ? LanguageModels.Precision.BFloat16 : LanguageModels.Precision.Float32;
}
