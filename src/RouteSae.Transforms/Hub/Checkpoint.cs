using RouteSae.Files;
using RouteSae.Tensors;

namespace RouteSae.Hub;

/// <summary>Finds the weights in the folder of a Hugging Face checkpoint.</summary>
public static class Checkpoint
{
    internal const string Config = "config.json";
    internal const string SingleFile = "model.safetensors";
    internal const string Index = "model.safetensors.index.json";

    /// <summary>Opens <c>model.safetensors</c>, or the files of <c>model.safetensors.index.json</c> if that is there instead.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder holds neither of the two.</exception>
    /// <exception cref="SafetensorsFormatException">What is there is malformed.</exception>
    public static ITensorSource OpenFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The checkpoint folder '{folder}' does not exist.");
        }

        return IsSharded(folder) ? ShardedSafetensors.Open(Path.Combine(folder, Index)) : SafetensorsFile.Open(Path.Combine(folder, SingleFile));
    }

    /// <summary>Whether the weights are in the files that an index names.</summary>
    /// <exception cref="FileNotFoundException">The folder holds no weights.</exception>
    internal static bool IsSharded(string folder) =>
        !File.Exists(Path.Combine(folder, SingleFile)) && (File.Exists(Path.Combine(folder, Index)) ? true : throw NoWeights(folder));

    /// <summary>The names of the files that decide what a model computes: the configuration and what <see cref="OpenFolder"/> reads.</summary>
    /// <exception cref="FileNotFoundException">The folder holds no weights.</exception>
    /// <exception cref="SafetensorsFormatException">The index is malformed.</exception>
    internal static IReadOnlyList<string> FileNames(string folder) =>
        IsSharded(folder) ? [Config, Index, .. Shards(Path.Combine(folder, Index))] : [Config, SingleFile];

    /// <summary>Opens the weights that a reference lists, whatever else lies in the folder: those of its index, if it lists one.</summary>
    /// <exception cref="BundleFormatException">The index names a file that the reference does not list, so nobody has verified it.</exception>
    internal static ITensorSource OpenListed(string folder, LanguageModelReference reference)
    {
        if (!reference.Files.ContainsKey(Index))
        {
            return SafetensorsFile.Open(Path.Combine(folder, SingleFile));
        }

        var index = Path.Combine(folder, Index);
        var unlisted = Shards(index).Where(name => !reference.Files.ContainsKey(name)).ToList();
        return unlisted.Count == 0
            ? ShardedSafetensors.Open(index)
            : throw new BundleFormatException(
                $"{index} names {string.Join(", ", unlisted)}, of which the bundle has no SHA-256, so nobody can say whether these are the right weights. Make the bundle again.");
    }

    /// <summary>The names of the files that an index names.</summary>
    internal static IEnumerable<string> Shards(string index) => SafetensorsIndex.Read(index).Values.Distinct(StringComparer.Ordinal);

    private static FileNotFoundException NoWeights(string folder)
    {
        var pickled = Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any();
        return new FileNotFoundException(
            $"'{folder}' holds neither {SingleFile} nor {Index}."
            + (pickled ? " Its pytorch_model.bin is a Python pickle, which is not read here: convert it to safetensors." : ""),
            Path.Combine(folder, SingleFile));
    }
}
