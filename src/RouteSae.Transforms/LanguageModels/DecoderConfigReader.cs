using System.Text.Json;

namespace RouteSae.LanguageModels;

/// <summary>Maps the fields of a Hugging Face <c>config.json</c> to a <see cref="DecoderConfig"/>.</summary>
internal sealed class DecoderConfigReader
{
    private static readonly string[] s_knownModelTypes = ["llama"];

    private readonly JsonElement _root;
    private readonly string _name;

    private DecoderConfigReader(JsonElement root, string name) => (_root, _name) = (root, name);

    public static DecoderConfig Read(string json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new DecoderConfigReader(document.RootElement, name).ReadLlama()
                : throw new LanguageModelFormatException($"{name} is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new LanguageModelFormatException($"{name} is not valid JSON: {e.Message}", e);
        }
    }

    private DecoderConfig ReadLlama()
    {
        var modelType = OptionalString("model_type")
            ?? throw new LanguageModelFormatException($"{_name} has no field 'model_type'.");
        if (!s_knownModelTypes.Contains(modelType))
        {
            throw new LanguageModelFormatException(
                $"{_name}: model_type '{modelType}' is not supported. Known: {string.Join(", ", s_knownModelTypes)}.");
        }

        var activation = OptionalString("hidden_act") ?? "silu";
        if (activation is not ("silu" or "swish"))
            throw new LanguageModelFormatException($"{_name}: hidden_act '{activation}' is not supported for {modelType}. Known: silu.");

        var hidden = Positive("hidden_size");
        var heads = Positive("num_attention_heads");
        var keyValueHeads = Positive("num_key_value_heads", heads);
        if (heads % keyValueHeads != 0)
            throw new LanguageModelFormatException($"{_name}: num_attention_heads {heads} is not a multiple of num_key_value_heads {keyValueHeads}.");
        var headSize = Positive("head_dim", hidden / heads);
        if (headSize % 2 != 0)
            throw new LanguageModelFormatException($"{_name}: head size {headSize} is odd; rotary embeddings need an even one.");

        return new DecoderConfig
        {
            ModelType = modelType,
            HiddenSize = hidden,
            IntermediateSize = Positive("intermediate_size"),
            LayerCount = Positive("num_hidden_layers"),
            AttentionHeads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = headSize,
            VocabularySize = Positive("vocab_size"),
            MaxPositions = Positive("max_position_embeddings", 2048),
            NormEpsilon = Number("rms_norm_eps", 1e-6),
            RopeTheta = Number("rope_theta", 10000),
            RopeScaling = ReadRopeScaling(),
            TiedEmbeddings = Flag("tie_word_embeddings", false),
            AttentionBias = Flag("attention_bias", false),
            FeedForwardBias = Flag("mlp_bias", false),
            EndOfSequence = ReadEndOfSequence(),
        };
    }

    private RopeScaling ReadRopeScaling()
    {
        if (!TryGet(_root, "rope_scaling", out var scaling))
            return new RopeScaling { Kind = RopeScalingKind.None };
        var inner = new DecoderConfigReader(scaling, $"{_name}: rope_scaling");
        var kind = inner.OptionalString("rope_type") ?? inner.OptionalString("type") ?? "default";
        return kind switch
        {
            "default" => new RopeScaling { Kind = RopeScalingKind.None },
            "linear" => new RopeScaling { Kind = RopeScalingKind.Linear, Factor = inner.Number("factor", null) },
            "llama3" => new RopeScaling
            {
                Kind = RopeScalingKind.Llama3,
                Factor = inner.Number("factor", null),
                LowFrequencyFactor = inner.Number("low_freq_factor", null),
                HighFrequencyFactor = inner.Number("high_freq_factor", null),
                OriginalMaxPositions = inner.Positive("original_max_position_embeddings"),
            },
            _ => throw new LanguageModelFormatException($"{_name}: rope_scaling type '{kind}' is not supported. Known: default, linear, llama3."),
        };
    }

    private IReadOnlyList<int> ReadEndOfSequence()
    {
        if (!TryGet(_root, "eos_token_id", out var element))
            return [];
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var one))
            return [one];
        if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(e => e.TryGetInt32(out _)))
            return [.. element.EnumerateArray().Select(e => e.GetInt32())];
        throw new LanguageModelFormatException($"{_name}: eos_token_id is neither a number nor a list of numbers.");
    }

    private static bool TryGet(JsonElement parent, string field, out JsonElement value) =>
        parent.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    private string? OptionalString(string field)
    {
        if (!TryGet(_root, field, out var value))
            return null;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new LanguageModelFormatException($"{_name}: field '{field}' is not a string.");
    }

    private int Positive(string field, int? fallback = null)
    {
        if (!TryGet(_root, field, out var value))
            return fallback ?? throw new LanguageModelFormatException($"{_name} has no field '{field}'.");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : throw new LanguageModelFormatException($"{_name}: field '{field}' is {value.GetRawText()}; a positive whole number is expected.");
    }

    private double Number(string field, double? fallback)
    {
        if (!TryGet(_root, field, out var value))
            return fallback ?? throw new LanguageModelFormatException($"{_name} has no field '{field}'.");
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number > 0 && double.IsFinite(number)
            ? number
            : throw new LanguageModelFormatException($"{_name}: field '{field}' is {value.GetRawText()}; a positive number is expected.");
    }

    private bool Flag(string field, bool fallback)
    {
        if (!TryGet(_root, field, out var value))
            return fallback;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new LanguageModelFormatException($"{_name}: field '{field}' is {value.GetRawText()}; true or false is expected.");
    }
}
