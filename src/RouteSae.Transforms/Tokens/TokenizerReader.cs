using RouteSae.Tokens.Decoders;
using RouteSae.Tokens.Models;
using RouteSae.Tokens.Normalizers;
using RouteSae.Tokens.PreTokenizers;

namespace RouteSae.Tokens;

/// <summary>Maps a tokenizer.json and what tokenizer_config.json says about it to a <see cref="TokenizerPipeline"/>.</summary>
internal static class TokenizerReader
{
    public static TokenizerPipeline Read(Stream json, string file, TokenizerConfig config)
    {
        using var document = JsonPart.Parse(json, file);
        var root = JsonPart.Root(document, file);
        var preTokenizer = root.Optional("pre_tokenizer");
        var model = ModelReader.Read(root.Required("model"), PreTokenizerReader.IsByteLevel(preTokenizer));
        var normalizer = root.Optional("normalizer") is { } part ? NormalizerReader.Read(part) : null;
        var tokens = AddedTokenList.Read(root, model.Vocabulary, config);
        var frame = root.Optional("post_processor") is { } processor
            ? SpecialTokenFrameReader.Read(processor)
            : SpecialTokenFrame.Empty;
        var added = new AddedVocabulary(tokens.All, normalizer);
        foreach (var id in frame.Before.Concat(frame.After).Where(id => added.Content(id) is null && model.Vocabulary.Token(id) is null))
        {
            throw root.Required("post_processor").Error($"it puts the token id {id} around a text, but no token has this id");
        }

        return new TokenizerPipeline
        {
            Added = added,
            Normalizer = normalizer,
            PreTokenizer = ReadPreTokenizer(preTokenizer, model, config),
            Model = model,
            Frame = Adjust(frame, tokens, config),
            Decoder = root.Optional("decoder") is { } decoder ? DecoderReader.Read(decoder) : null,
            BeginOfSequence = tokens.Find(config.Begin),
            EndOfSequence = tokens.Find(config.End),
            Padding = tokens.Find(config.Padding),
        };
    }

    private static PreTokenizer? ReadPreTokenizer(JsonPart? part, TokenModel model, TokenizerConfig config)
    {
        // As in Hugging Face's GPT-2 tokenizer, the configuration's word counts for a plain ByteLevel step only.
        var read = part is { } step ? PreTokenizerReader.Read(step, config.AddPrefixSpace, writeBytes: !model.WritesBytes) : null;
        var boundaries = MergeBoundarySplitter.For(model);
        return (read, boundaries) switch
        {
            (null, _) => boundaries,
            (_, null) => read,
            _ => new PreTokenizerSequence([read, boundaries]),
        };
    }

    // In the transformers library these classes put the tokens around a text themselves; others leave it to tokenizer.json.
    private static SpecialTokenFrame Adjust(SpecialTokenFrame frame, AddedTokenList tokens, TokenizerConfig config)
    {
        if (config.Class is not (null or "LlamaTokenizer" or "CodeLlamaTokenizer" or "GemmaTokenizer" or "CohereTokenizer" or "GPTNeoXTokenizer"))
        {
            return frame;
        }

        var begin = tokens.Find(config.Begin);
        var end = tokens.Find(config.End);
        RequireIfAdded(config.AddsBegin, begin, "add_bos_token", "bos_token", config);
        RequireIfAdded(config.AddsEnd, end, "add_eos_token", "eos_token", config);
        return frame.WithBegin(begin, config.AddsBegin).WithEnd(end, config.AddsEnd);
    }

    private static void RequireIfAdded(bool? adds, int? token, string flag, string name, TokenizerConfig config)
    {
        if (adds == true && token is null)
        {
            throw new TokenizerFormatException($"{config.File}: {flag} is true, but {name} names no token of the vocabulary.");
        }
    }
}
