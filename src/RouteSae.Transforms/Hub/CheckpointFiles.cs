using RouteSae.Tensors;

namespace RouteSae.Hub;

/// <summary>Which of a model's files on the hub are needed here.</summary>
internal static class CheckpointFiles
{
    public const string TokenizerConfig = "tokenizer_config.json";

    private const string Tokenizer = "tokenizer.json";

    // The tokenizer's settings are the last: where they are, the others are too.
    private static readonly string[] Wanted =
    [
        Checkpoint.Config, "generation_config.json",
        Tokenizer, "special_tokens_map.json", "added_tokens.json", "tokenizer.model", "vocab.json", "merges.txt", TokenizerConfig,
    ];

    private static readonly string[][] Tokenizers = [[Tokenizer], ["tokenizer.model"], ["vocab.json", "merges.txt"]];

    private static readonly string[] Pickles = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];

    /// <summary>The files of the tokenizer, and the configurations.</summary>
    /// <exception cref="HubException">The model has no tokenizer that is read here.</exception>
    public static IReadOnlyList<string> ChooseTokenizer(HubModelId model, IReadOnlySet<string> files) =>
        Tokenizers.Any(names => names.All(files.Contains))
            ? [.. Wanted.Where(files.Contains)]
            : throw new HubException(
                HubFailure.Unsupported,
                $"{model} on the Hugging Face hub has no {Tokenizer}, nor a tokenizer.model, nor a vocab.json with merges.txt. Choose the model that it was made from.");

    /// <summary>The files beside the weights, and the index of the weights where there is one.</summary>
    /// <exception cref="HubException">The model has no configuration, or no weights in safetensors files.</exception>
    public static IReadOnlyList<string> Choose(HubModelId model, IReadOnlySet<string> files)
    {
        if (!files.Contains(Checkpoint.Config))
        {
            throw new HubException(
                HubFailure.Unsupported,
                $"{model} on the Hugging Face hub has no {Checkpoint.Config}, so it is no checkpoint of a language model. Choose the model that it was made from.");
        }

        return files.Contains(Checkpoint.SingleFile) ? [.. Wanted.Where(files.Contains)]
            : files.Contains(Checkpoint.Index) ? [.. Wanted.Where(files.Contains), Checkpoint.Index]
            : throw NoWeights(model, files);
    }

    /// <summary>The weights, for which the index has to be in the snapshot where <see cref="Choose"/> gives one.</summary>
    /// <exception cref="HubException">The index names a file that the model does not have, or one that is not read here.</exception>
    /// <exception cref="SafetensorsFormatException">The index is malformed or points outside its folder.</exception>
    public static IReadOnlyList<string> Weights(HubModelId model, string snapshot, IReadOnlySet<string> files)
    {
        if (files.Contains(Checkpoint.SingleFile))
        {
            return [Checkpoint.SingleFile];
        }

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

    /// <summary>What a snapshot lacks of a tokenizer; empty when one can be loaded.</summary>
    public static IReadOnlyList<string> MissingTokenizer(string snapshot) =>
        Tokenizers.Any(files => files.All(file => HubCache.HasFile(Path.Combine(snapshot, file)))) ? [] : [Tokenizer];

    /// <summary>Whether a snapshot has a tokenizer and its settings.</summary>
    public static bool HasTokenizer(string snapshot) =>
        HubCache.HasFile(Path.Combine(snapshot, TokenizerConfig)) && MissingTokenizer(snapshot).Count == 0;

    private static HubException NoWeights(HubModelId model, IReadOnlySet<string> files)
    {
        var pickle = files.Order(StringComparer.Ordinal).FirstOrDefault(file => Pickles.Contains(Path.GetExtension(file)));
        var found = pickle is null ? "" : $" Its {pickle} is a Python pickle, which can run code when it is loaded and is not read here: convert it to safetensors"
            + " (in Python: AutoModelForCausalLM.from_pretrained(…).save_pretrained(folder)), or look for a revision that has them (such as refs/pr/1).";
        return new HubException(HubFailure.Unsupported, $"{model} on the Hugging Face hub has neither {Checkpoint.SingleFile} nor {Checkpoint.Index}.{found}");
    }
}
