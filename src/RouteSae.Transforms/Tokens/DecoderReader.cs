namespace RouteSae.Tokens;

/// <summary>Reads the "decoder" of a tokenizer.json.</summary>
internal static class DecoderReader
{
    private const string Supported = "ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace, Sequence";

    public static Decoder Read(JsonPart part) => part.Text("type") switch
    {
        "ByteLevel" => new ByteLevelDecoder(),
        "Replace" => new ReplaceDecoder(SplitPattern.Read(part.Required("pattern")), part.Text("content")),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => ReadStrip(part),
        "Metaspace" => new MetaspaceDecoder(
            PreTokenizerReader.MarkOf(part), PreTokenizerReader.ReadScheme(part) != PrependScheme.Never),
        "Sequence" => new DecoderSequence(part.Required("decoders").Items().Select(Read).ToList()),
        var other => throw part.Unsupported($"the decoder '{other}'", Supported),
    };

    private static StripDecoder ReadStrip(JsonPart part)
    {
        var content = part.Required("content");
        return content.Text().Length == 1
            ? new StripDecoder(content.Text()[0], part.Required("start").Number(), part.Required("stop").Number())
            : throw content.Error("expected one character");
    }
}
