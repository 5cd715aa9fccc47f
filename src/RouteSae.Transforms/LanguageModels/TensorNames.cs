namespace RouteSae.LanguageModels;

/// <summary>
/// How a family names and lays out its tensors in a checkpoint; names lack the ending, and those of a layer follow <see cref="Layer"/>.
/// </summary>
internal sealed record TensorNames
{
    public required string Embedding { get; init; }

    /// <summary>The learned positions; null where there are none.</summary>
    public string? Positions { get; init; }

    public required string FinalNorm { get; init; }

    public required string Head { get; init; }

    /// <summary>What precedes the number of a layer.</summary>
    public required string Layers { get; init; }

    public string? AttentionNorm { get; init; }

    /// <summary>The norm of what the attention returns.</summary>
    public string? AttentionOutputNorm { get; init; }

    /// <summary>Query, key and value, or all three in one tensor.</summary>
    public required IReadOnlyList<string> QueryKeyValue { get; init; }

    /// <summary>Whether the one tensor has query, key and value head by head, and not all queries first.</summary>
    public bool InterleavedHeads { get; init; }

    public string QueryNorm { get; init; } = "self_attn.q_norm";

    public string KeyNorm { get; init; } = "self_attn.k_norm";

    public required string AttentionOutput { get; init; }

    public string? FeedForwardNorm { get; init; }

    /// <summary>Gate and up, or both in one tensor, gate first; without a gate up alone.</summary>
    public required IReadOnlyList<string> GateUp { get; init; }

    public required string Down { get; init; }

    /// <summary>The norm of what the feed-forward returns.</summary>
    public string? FeedForwardOutputNorm { get; init; }

    /// <summary>Whether the matrices of the layers are stored [inputs, outputs].</summary>
    public bool Transposed { get; init; }

    /// <summary>Constants that some checkpoints store in a layer under a name that looks like a weight's, with the ending.</summary>
    public IReadOnlyList<string> Constants { get; init; } = [];

    /// <summary>Prefix of a layer's tensors, for example <c>model.layers.3.</c></summary>
    public string Layer(int index) => $"{Layers}{index}.";

    /// <summary>Llama's names, which many families share.</summary>
    public static TensorNames Llama(string prefix) => new()
    {
        Embedding = prefix + "embed_tokens",
        FinalNorm = prefix + "norm",
        Head = "lm_head",
        Layers = prefix + "layers.",
        AttentionNorm = "input_layernorm",
        QueryKeyValue = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        AttentionOutput = "self_attn.o_proj",
        FeedForwardNorm = "post_attention_layernorm",
        GateUp = ["mlp.gate_proj", "mlp.up_proj"],
        Down = "mlp.down_proj",
    };
}
