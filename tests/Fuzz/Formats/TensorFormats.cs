using RouteSae.Published;
using RouteSae.Reference;
using RouteSae.Tensors;
using TorchSharp;

namespace RouteSae.Fuzz.Tests.Formats;

/// <summary>Files of tensors.</summary>
internal static class TensorFormats
{
    public static FuzzFormat Safetensors() => new()
    {
        Name = "safetensors",
        Seeds = [File.ReadAllBytes(RepositoryFiles.Golden("lm", "rope_tables.safetensors")), SmallTensors()],
        Mutate = MutateHeader,
        Load = input =>
        {
            using var file = SafetensorsFile.Read(new MemoryStream(input), "mutated.safetensors");
            LoadAll(file);
        },
        Documented = [typeof(SafetensorsFormatException)],
    };

    public static FuzzFormat Index()
    {
        var scratch = new ScratchFolder();
        var golden = RepositoryFiles.Golden("lm", "llama_sharded");
        foreach (var shard in Directory.GetFiles(golden, "*.safetensors"))
        {
            File.Copy(shard, scratch.File(Path.GetFileName(shard)));
        }

        const string name = "model.safetensors.index.json";
        return new()
        {
            Name = name,
            Seeds = [File.ReadAllBytes(Path.Combine(golden, name))],
            Mutate = FuzzFormat.MutateJson,
            Load = input =>
            {
                scratch.Write(name, input);
                using var file = ShardedSafetensors.Open(scratch.File(name));
                foreach (var tensor in file.Names)
                {
                    _ = file.Entry(tensor);
                }
            },
            Documented = [typeof(SafetensorsFormatException), typeof(FileNotFoundException)],
        };
    }

    public static FuzzFormat Reference()
    {
        var scratch = new ScratchFolder();
        var options = new ReferenceAutoencoderOptions { Architecture = ReferenceArchitecture.TopK, ActiveLatents = 4, HiddenStates = [2] };
        return new()
        {
            Name = "reference",
            Seeds = [File.ReadAllBytes(RepositoryFiles.Golden("e2e", "llama_gqa_untied", "sae_topk.safetensors"))],
            Mutate = MutateHeader,
            Load = input =>
            {
                scratch.Write("mutated.safetensors", input);
                ReferenceAutoencoder.Load(scratch.File("mutated.safetensors"), options).Dispose();
            },
            Documented = [typeof(SafetensorsFormatException), typeof(PublishedFormatException), typeof(ArgumentException)],
        };
    }

    /// <summary>Damages bytes anywhere, or the structure of the header; its length is then set right.</summary>
    public static byte[] MutateHeader(byte[] seed, Random random)
    {
        if (random.Next(2) == 0)
        {
            return ByteMutator.Mutate(seed, random);
        }

        var end = 8 + (int)BitConverter.ToInt64(seed);
        var header = JsonMutator.Mutate(seed[8..end], random);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. seed[end..]];
    }

    private static void LoadAll(ITensorSource file)
    {
        foreach (var name in file.Names)
        {
            file.Load(name).Dispose();
        }
    }

    private static byte[] SmallTensors()
    {
        var scratch = new ScratchFolder();
        using var a = torch.arange(6, torch.float32).reshape(2, 3);
        using var b = torch.zeros(4, torch.bfloat16);
        SafetensorsWriter.Write(scratch.File("small.safetensors"), new Dictionary<string, torch.Tensor> { ["a"] = a, ["b"] = b });
        return File.ReadAllBytes(scratch.File("small.safetensors"));
    }
}
