using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Files;
using RouteSae.Tokens.SentencePiece;

namespace RouteSae.Tokens.Files;

/// <summary>
/// The tokenizer of a checkpoint's folder as a tokenizer.json and a tokenizer_config.json, which a tokenizer.model, or
/// a vocab.json and merges.txt, are turned into where they stand alone.
/// </summary>
/// <param name="Tokenizer">Content of tokenizer.json.</param>
/// <param name="TokenizerPath">The file that it is from.</param>
/// <param name="Config">Content of tokenizer_config.json; names of special tokens that it lacks are from other files.</param>
/// <param name="ConfigPath">Where tokenizer_config.json is or would be.</param>
internal sealed record TokenizerFolder(byte[] Tokenizer, string TokenizerPath, byte[]? Config, string ConfigPath)
{
    private static readonly string[] Names = ["bos_token", "eos_token", "unk_token", "pad_token"];

    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="TokenizerFormatException">A file is malformed.</exception>
    public static TokenizerFolder Read(string folder)
    {
        var configPath = Path.Combine(folder, "tokenizer_config.json");
        var config = File.Exists(configPath) ? File.ReadAllBytes(configPath) : null;
        config = WithNames(config, configPath, ReadObject(Path.Combine(folder, "special_tokens_map.json")));
        string InFolder(string name) => Path.Combine(folder, name);
        if (File.Exists(InFolder("tokenizer.json")))
        {
            return new TokenizerFolder(File.ReadAllBytes(InFolder("tokenizer.json")), InFolder("tokenizer.json"), config, configPath);
        }

        var settings = config is null ? TokenizerConfig.Empty : TokenizerConfig.Read(new MemoryStream(config), configPath);
        if (File.Exists(InFolder("tokenizer.model")))
        {
            return FromModel(InFolder("tokenizer.model"), config, settings, configPath);
        }

        return File.Exists(InFolder("vocab.json")) && File.Exists(InFolder("merges.txt"))
            ? new TokenizerFolder(Bytes(BytePairFiles.Convert(InFolder("vocab.json"), InFolder("merges.txt"), settings)), InFolder("vocab.json"), config, configPath)
            : throw new FileNotFoundException(
                $"There is no tokenizer.json in '{folder}', nor a tokenizer.model, nor a vocab.json with merges.txt. "
                + "Save the tokenizer with Hugging Face's save_pretrained, which writes one of them.",
                InFolder("tokenizer.json"));
    }

    private static TokenizerFolder FromModel(string path, byte[]? config, TokenizerConfig settings, string configPath)
    {
        var model = SentencePieceFile.Read(File.ReadAllBytes(path), path);
        var pieces = model.Entries.Select(entry => entry.Text).ToHashSet();
        var names = new JsonObject();
        foreach (var (name, piece) in Names.Zip([model.BeginPiece, model.EndPiece, model.UnknownPiece, model.PaddingPiece]))
        {
            if (pieces.Contains(piece))
            {
                names[name] = piece;
            }
        }

        var tokenizer = SentencePieceConverter.Convert(model, settings, path);
        return new TokenizerFolder(Bytes(tokenizer), path, WithNames(config, configPath, names), configPath);
    }

    // A configuration that is no object stays as it is: reading it says what is wrong.
    private static byte[]? WithNames(byte[]? config, string path, JsonObject? others)
    {
        if (others is null || (config is null ? new JsonObject() : Parse(config, path)) is not { } merged)
        {
            return config;
        }

        foreach (var name in Names.Where(name => merged[name] is null && others[name] is not null))
        {
            merged[name] = others[name]!.DeepClone();
        }

        return Bytes(merged);
    }

    private static JsonObject? ReadObject(string path) => File.Exists(path) ? Parse(File.ReadAllBytes(path), path) : null;

    private static JsonObject? Parse(byte[] json, string path)
    {
        try
        {
            return StrictJson.ParseNode(json) as JsonObject;
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException($"{path} is not valid JSON: {exception.Message}");
        }
    }

    private static byte[] Bytes(JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            json.WriteTo(writer);
        }

        return stream.ToArray();
    }
}
