using System.Text;
using RouteSae.LanguageModels;
using RouteSae.Training.Sources;

namespace RouteSae.Fuzz.Tests.Formats;

/// <summary>Settings of language models, and texts to train on.</summary>
internal static class ModelFormats
{
    public static FuzzFormat Config() => new()
    {
        Name = "config.json",
        Seeds = [.. Directory.GetDirectories(RepositoryFiles.Golden("lm")).Order(StringComparer.Ordinal).Select(folder => File.ReadAllBytes(Path.Combine(folder, "config.json")))],
        Mutate = FuzzFormat.MutateJson,
        Load = input => _ = DecoderConfig.Parse(Encoding.UTF8.GetString(input), "mutated config.json").ToString(),
        Documented = [typeof(LanguageModelFormatException)],
    };

    public static FuzzFormat Generation()
    {
        var scratch = new ScratchFolder();
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), scratch.File(name));
        }

        return new()
        {
            Name = "generation_config.json",
            Seeds =
            [
                """{"bos_token_id":1,"eos_token_id":[2,3],"pad_token_id":0,"repetition_penalty":1.1,"num_beams":1,"min_length":0,"suppress_tokens":[],"temperature":0.6}"""u8.ToArray(),
            ],
            Mutate = FuzzFormat.MutateJson,
            Load = input =>
            {
                scratch.Write("generation_config.json", input);
                DecoderModel.Load(scratch.Path, new DecoderLoadOptions { LastHiddenState = 0 }).Dispose();
            },
            Documented = [typeof(LanguageModelFormatException)],
        };
    }

    public static FuzzFormat JsonLines()
    {
        var scratch = new ScratchFolder();
        return new()
        {
            Name = "json-lines",
            Seeds = [Encoding.UTF8.GetBytes("{\"text\":\"A first text.\",\"id\":1}\n{\"text\":\"\\u00e9\\ud83d\\ude00\",\"meta\":{\"a\":[1,NaN]}}\n\n{\"id\":3}\n")],
            Mutate = MutateLine,
            Load = input =>
            {
                scratch.Write("texts.jsonl", input);
                foreach (var text in new JsonLinesFolder(scratch.Path).Texts())
                {
                    _ = Encoding.UTF8.GetByteCount(text);
                }
            },
            Documented = [typeof(InvalidDataException)],
        };
    }

    private static byte[] MutateLine(byte[] seed, Random random)
    {
        if (random.Next(2) == 0)
        {
            return ByteMutator.Mutate(seed, random);
        }

        var line = JsonMutator.Mutate("{\"text\":\"A text.\",\"meta\":{\"a\":[1,2]}}"u8.ToArray(), random);
        return [.. seed, .. line, (byte)'\n', .. seed];
    }
}
