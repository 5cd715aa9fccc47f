namespace RouteSae.Tokens;

/// <summary>Reads the "normalizer" of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    private const string Supported = "Prepend, Replace, Sequence";

    public static Normalizer Read(JsonPart part) => part.Text("type") switch
    {
        "Prepend" => new PrependNormalizer(part.Text("prepend")),
        "Replace" => new ReplaceNormalizer(SplitPattern.Read(part.Required("pattern")), part.Text("content")),
        "Sequence" => new NormalizerSequence(part.Required("normalizers").Items().Select(Read).ToList()),
        var other => throw part.Unsupported($"the normalizer '{other}'", Supported),
    };
}
