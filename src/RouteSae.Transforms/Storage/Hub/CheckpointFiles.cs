namespace RouteSae.Storage.Hub;

/// <summary>Which of a model's files on the hub are needed here.</summary>
internal static class CheckpointFiles
{
    public const string TokenizerConfig = "tokenizer_config.json";

    private static readonly string[] Wanted =
    [
        Checkpoint.Config, "generation_config.json",
        "tokenizer.json", TokenizerConfig, "special_tokens_map.json", "added_tokens.json", "tokenizer.model", "vocab.json", "merges.txt",
    ];

    private static readonly string[][] Tokenizers = [["tokenizer.json"], ["tokenizer.model"], ["vocab.json", "merges.txt"]];

    private static readonly string[] Pickles = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];

    /// <summary>The files beside the weights, and the weights or their index last.</summary>
    /// <exception cref="HubException">The model has no configuration, or no weights in safetensors files.</exception>
    public static IReadOnlyList<string> Choose(HubModelId model, IReadOnlySet<string> files)
    {
        if (!files.Contains(Checkpoint.Config))
        {
            throw new HubException(
                HubFailure.Unsupported,
                $"{model} on the Hugging Face hub has no {Checkpoint.Config}, so it is no checkpoint of a language model. Choose the model that it was made from.");
        }

        var weights = files.Contains(Checkpoint.SingleFile) ? Checkpoint.SingleFile
            : files.Contains(Checkpoint.Index) ? Checkpoint.Index
            : throw NoWeights(model, files);
        return [.. Wanted.Where(files.Contains), weights];
    }

    /// <summary>The weights that an index of a snapshot names.</summary>
    /// <exception cref="HubException">The index names a file that the model does not have, or one that is not read here.</exception>
    /// <exception cref="SafetensorsFormatException">The index is malformed or points outside its folder.</exception>
    public static IReadOnlyList<string> Shards(HubModelId model, string snapshot, IReadOnlySet<string> files)
    {
        var shards = Checkpoint.Shards(Path.Combine(snapshot, Checkpoint.Index)).ToList();
        if (shards.Find(shard => !shard.EndsWith(".safetensors", StringComparison.Ordinal)) is { } other)
        {
            throw new HubException(HubFailure.Unsupported, $"{Checkpoint.Index} of {model} names '{other}', which is no safetensors file. Nothing else is read here.");
        }

        return shards.Find(shard => !files.Contains(shard)) is { } missing
            ? throw new HubException(
                HubFailure.FileNotFound, $"{model} on the Hugging Face hub is incomplete: {Checkpoint.Index} names {missing}, which is not there. Choose another revision.")
            : shards;
    }

    /// <summary>What a snapshot lacks of configuration and weights; empty when it can be loaded.</summary>
    public static IReadOnlyList<string> MissingWeights(string snapshot)
    {
        var names = new List<string> { Checkpoint.Config };
        if (HubCache.HasFile(Path.Combine(snapshot, Checkpoint.SingleFile)) || !HubCache.HasFile(Path.Combine(snapshot, Checkpoint.Index)))
        {
            names.Add(Checkpoint.SingleFile);
        }
        else
        {
            names.AddRange(Checkpoint.Shards(Path.Combine(snapshot, Checkpoint.Index)));
        }

        return [.. names.Where(name => !HubCache.HasFile(Path.Combine(snapshot, name)))];
    }

    /// <summary>Whether a snapshot has a tokenizer and its settings.</summary>
    public static bool HasTokenizer(string snapshot) =>
        HubCache.HasFile(Path.Combine(snapshot, TokenizerConfig))
        && Tokenizers.Any(files => files.All(file => HubCache.HasFile(Path.Combine(snapshot, file))));

    private static HubException NoWeights(HubModelId model, IReadOnlySet<string> files)
    {
        var pickle = files.Order(StringComparer.Ordinal).FirstOrDefault(file => Pickles.Contains(Path.GetExtension(file)));
        var found = pickle is null ? "" : $" Its {pickle} is a Python pickle, which can run code when it is loaded and is not read here: convert it to safetensors"
            + " (in Python: AutoModelForCausalLM.from_pretrained(…).save_pretrained(folder)), or look for a revision that has them (such as refs/pr/1).";
        return new HubException(HubFailure.Unsupported, $"{model} on the Hugging Face hub has neither {Checkpoint.SingleFile} nor {Checkpoint.Index}.{found}");
    }
}
