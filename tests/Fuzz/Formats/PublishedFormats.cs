using RouteSae.Published;
using RouteSae.Tensors;

namespace RouteSae.Fuzz.Tests.Formats;

/// <summary>Folders of SAELens and sparsify.</summary>
internal static class PublishedFormats
{
    public static FuzzFormat Config(string publisher)
    {
        var scratch = new ScratchFolder("layers.2"); // sparsify names the folder after a module
        Write(publisher, scratch.Path);
        return Format($"{publisher}-cfg.json", scratch, "cfg.json", [File.ReadAllBytes(scratch.File("cfg.json"))], FuzzFormat.MutateJson);
    }

    public static FuzzFormat Weights(string publisher)
    {
        var scratch = new ScratchFolder("layers.2"); // sparsify names the folder after a module
        Write(publisher, scratch.Path);
        var file = WeightsOf(publisher);
        return Format($"{publisher}-weights", scratch, file, [File.ReadAllBytes(scratch.File(file))], TensorFormats.MutateHeader);
    }

    private static FuzzFormat Format(string name, ScratchFolder scratch, string file, IReadOnlyList<byte[]> seeds, Func<byte[], Random, byte[]> mutate) => new()
    {
        Name = name,
        Seeds = seeds,
        Mutate = mutate,
        Load = input =>
        {
            scratch.Write(file, input);
            PublishedAutoencoder.Load(scratch.Path).Dispose();
        },
        Documented = [typeof(PublishedFormatException), typeof(SafetensorsFormatException)],
    };

    private static void Write(string publisher, string folder)
    {
        if (publisher == "saelens")
        {
            PublishedFolder.Write(folder, PublishedFolder.SaeLensConfig("topk"), PublishedFolder.SaeLensTensors("topk"));
        }
        else
        {
            PublishedFolder.Write(folder, PublishedFolder.SparsifyConfig(), PublishedFolder.SparsifyTensors(), WeightsOf(publisher));
        }
    }

    private static string WeightsOf(string publisher) => publisher == "saelens" ? "sae_weights.safetensors" : "sae.safetensors";
}
