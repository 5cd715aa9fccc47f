using RouteSae.Tokens.Patterns;
using RouteSae.Tokens.PreTokenizers;

namespace RouteSae.Tokens.Decoders;

/// <summary>Reads the "decoder" of a tokenizer.json.</summary>
internal static class DecoderReader
{
    private const string Supported = "BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece";

    public static Decoder Read(JsonPart part) => part.Text("type") switch
    {
        "BPEDecoder" => new BytePairDecoder(part.Text("suffix")),
        "ByteFallback" => new ByteFallbackDecoder(),
        "ByteLevel" => new ByteLevelDecoder(),
        "CTC" => ReadCtc(part),
        "Fuse" => new FuseDecoder(),
        "Metaspace" => new MetaspaceDecoder(
            PreTokenizerReader.MarkOf(part), PreTokenizerReader.ReadScheme(part) != PrependScheme.Never),
        "Replace" => new ReplaceDecoder(SplitPattern.Read(part.Required("pattern")), part.Text("content")),
        "Sequence" => new DecoderSequence(part.Required("decoders").Items().Select(Read).ToList()),
        "Strip" => ReadStrip(part),
        "WordPiece" => new WordPieceDecoder(part.Text("prefix"), part.Flag("cleanup", absent: true)),
        var other => throw part.Unsupported($"the decoder '{other}'", Supported),
    };

    private static StripDecoder ReadStrip(JsonPart part)
    {
        var content = part.Required("content");
        return content.Text().Length == 1
            ? new StripDecoder(content.Text()[0], part.Required("start").Number(), part.Required("stop").Number())
            : throw content.Error("expected one character");
    }

    private static CtcDecoder ReadCtc(JsonPart part)
    {
        var (padding, delimiter) = (part.Required("pad_token"), part.Required("word_delimiter_token"));
        return padding.Text().Length > 0 && delimiter.Text().Length > 0
            ? new CtcDecoder(padding.Text(), delimiter.Text(), part.Flag("cleanup", absent: true))
            : throw part.Error("pad_token and word_delimiter_token must not be empty");
    }
}
