namespace RouteSae.LanguageModels;

/// <summary>How a family names its tensors in a checkpoint; those of a layer follow <see cref="Layer"/> and lack the ending.</summary>
internal sealed record TensorNames
{
    private const string LlamaPrefix = "model.";

    public required string Embedding { get; init; }

    public required string FinalNorm { get; init; }

    public required string Head { get; init; }

    /// <summary>What precedes the number of a layer.</summary>
    public required string Layers { get; init; }

    public required string AttentionNorm { get; init; }

    public required string Query { get; init; }

    public required string Key { get; init; }

    public required string Value { get; init; }

    public required string AttentionOutput { get; init; }

    public required string FeedForwardNorm { get; init; }

    public required string Gate { get; init; }

    public required string Up { get; init; }

    public required string Down { get; init; }

    public static TensorNames Llama { get; } = LlamaBelow(LlamaPrefix);

    /// <summary>The names in a checkpoint; one that was saved without its head lacks the prefix.</summary>
    public static TensorNames In(IReadOnlyCollection<string> names)
    {
        var bare = LlamaBelow("");
        return names.Contains(bare.Embedding) && !names.Contains(Llama.Embedding) ? bare : Llama;
    }

    /// <summary>Prefix of a layer's tensors, for example <c>model.layers.3.</c></summary>
    public string Layer(int index) => $"{Layers}{index}.";

    private static TensorNames LlamaBelow(string prefix) => new()
    {
        Embedding = prefix + "embed_tokens.weight",
        FinalNorm = prefix + "norm.weight",
        Head = "lm_head.weight",
        Layers = prefix + "layers.",
        AttentionNorm = "input_layernorm",
        Query = "self_attn.q_proj",
        Key = "self_attn.k_proj",
        Value = "self_attn.v_proj",
        AttentionOutput = "self_attn.o_proj",
        FeedForwardNorm = "post_attention_layernorm",
        Gate = "mlp.gate_proj",
        Up = "mlp.up_proj",
        Down = "mlp.down_proj",
    };
}
