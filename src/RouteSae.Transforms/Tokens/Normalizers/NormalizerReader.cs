using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.Normalizers;

/// <summary>Reads the "normalizer" of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    private const string Supported =
        "BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents";

    public static Normalizer Read(JsonPart part) => part.Text("type") switch
    {
        "BertNormalizer" => ReadBert(part),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Lowercase" => new LowercaseNormalizer(),
        "NFC" => new UnicodeNormalizer(compose: true, compatibility: false),
        "NFD" => new UnicodeNormalizer(compose: false, compatibility: false),
        "NFKC" => new UnicodeNormalizer(compose: true, compatibility: true),
        "NFKD" => new UnicodeNormalizer(compose: false, compatibility: true),
        "Nmt" => new NmtNormalizer(),
        "Precompiled" => ReadPrecompiled(part),
        "Prepend" => new PrependNormalizer(part.Text("prepend")),
        "Replace" => new ReplaceNormalizer(SplitPattern.Read(part.Required("pattern")), part.Text("content")),
        "Sequence" => new NormalizerSequence(part.Required("normalizers").Items().Select(Read).ToList()),
        "Strip" => new StripNormalizer(part.Flag("strip_left", absent: true), part.Flag("strip_right", absent: true)),
        "StripAccents" => new StripAccentsNormalizer(nonSpacingOnly: false),
        var other => throw part.Unsupported($"the normalizer '{other}'", Supported),
    };

    private static NormalizerSequence ReadBert(JsonPart part)
    {
        var lowercase = part.Flag("lowercase", absent: true);
        List<Normalizer> steps =
            [new BertTextNormalizer(part.Flag("clean_text", absent: true), part.Flag("handle_chinese_chars", absent: true))];
        if (part.Flag("strip_accents", absent: lowercase))
        {
            steps.Add(new UnicodeNormalizer(compose: false, compatibility: false));
            steps.Add(new StripAccentsNormalizer(nonSpacingOnly: true));
        }

        if (lowercase)
        {
            steps.Add(new LowercaseNormalizer());
        }

        return new NormalizerSequence(steps);
    }

    private static Normalizer ReadPrecompiled(JsonPart part)
    {
        if (part.OptionalText("precompiled_charsmap") is not { Length: > 0 } text)
        {
            return new NormalizerSequence([]);
        }

        var data = new byte[text.Length];
        return Convert.TryFromBase64String(text, data, out var count) && CharacterMap.Read(data.AsSpan(0, count)) is { } map
            ? new PrecompiledNormalizer(map)
            : throw part.Required("precompiled_charsmap").Error("this is no character map in base64");
    }
}
