namespace RouteSae.LanguageModels.Families;

/// <summary>The families that can be read.</summary>
internal static class DecoderFamilies
{
    private static readonly Dictionary<string, DecoderFamily> s_families = new DecoderFamily[]
    {
        LlamaFamily.Llama, LlamaFamily.Mistral, QwenFamily.Qwen2, QwenFamily.Qwen3, SmolLm3Family.SmolLm3,
        GemmaFamily.Gemma, Gemma2Family.Gemma2, Gemma3Family.Text, Gemma3Family.WithImages,
        Phi3Family.Phi3, PhiFamily.Phi, Gpt2Family.Gpt2, GptNeoXFamily.GptNeoX, OlmoFamily.Olmo, OlmoFamily.Olmo2,
    }.ToDictionary(family => family.ModelType, StringComparer.Ordinal);

    /// <summary>All of them, for messages.</summary>
    public static string Names { get; } = string.Join(", ", s_families.Keys.Order(StringComparer.Ordinal));

    public static bool Contains(string modelType) => s_families.ContainsKey(modelType);

    public static DecoderFamily Find(string modelType) => s_families[modelType];
}
