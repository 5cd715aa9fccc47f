namespace RouteSae.Storage;

/// <summary>Finds the weights in the folder of a Hugging Face checkpoint.</summary>
public static class Checkpoint
{
    private const string SingleFile = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

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

        var single = Path.Combine(folder, SingleFile);
        if (File.Exists(single))
        {
            return SafetensorsFile.Open(single);
        }

        var index = Path.Combine(folder, Index);
        return File.Exists(index) ? ShardedSafetensors.Open(index) : throw NoWeights(folder);
    }

    private static FileNotFoundException NoWeights(string folder)
    {
        var pickled = Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any();
        return new FileNotFoundException(
            $"'{folder}' holds neither {SingleFile} nor {Index}."
            + (pickled ? " Its pytorch_model.bin is a Python pickle, which is not read here: convert it to safetensors." : ""),
            Path.Combine(folder, SingleFile));
    }
}
