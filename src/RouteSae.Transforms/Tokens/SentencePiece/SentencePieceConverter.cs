using System.Text.Json.Nodes;

namespace RouteSae.Tokens.SentencePiece;

/// <summary>Writes the tokenizer.json that a tokenizer.model stands for, as the transformers library's converters do.</summary>
internal static class SentencePieceConverter
{
    private const string Mark = "▁";
    private const int Unigram = 1;
    private const int BytePairs = 2;

    public static JsonObject Convert(SentencePieceFile model, TokenizerConfig config, string file)
    {
        Check(model, file);
        var addsSpace = model.AddsSpaceBefore && config.AddPrefixSpace != false;
        var isUnigram = model.ModelType == Unigram;
        var scheme = !addsSpace ? "never" : config.Legacy == false ? "first" : "always";
        return new JsonObject
        {
            ["added_tokens"] = AddedTokens(model, isUnigram),
            ["normalizer"] = Sequence("normalizers", Normalizers(model, isUnigram, addsSpace)),
            ["pre_tokenizer"] = isUnigram ? Metaspace(scheme) : null,
            ["post_processor"] = Frame(model, config, isUnigram),
            ["decoder"] = isUnigram && !model.ByteFallback ? Metaspace(scheme) : Sequence("decoders", Decoders(addsSpace)),
            ["model"] = isUnigram ? SentencePieceModel.Unigram(model) : SentencePieceModel.BytePairs(model),
        };
    }

    private static void Check(SentencePieceFile model, string file)
    {
        if (model.ModelType is not (Unigram or BytePairs))
        {
            throw new NotSupportedException($"{file}: the model type {model.ModelType} is not supported. Supported: 1 (unigram), 2 (byte pairs).");
        }

        if (model.MarksWordEnds || !model.MarksSpaces)
        {
            throw new NotSupportedException(
                $"{file}: treat_whitespace_as_suffix and escape_whitespaces = false are not supported. Supported: a mark before each word.");
        }
    }

    private static JsonArray AddedTokens(SentencePieceFile model, bool isUnigram)
    {
        var tokens = new JsonArray();
        for (var id = 0; id < model.Entries.Count; id++)
        {
            var (text, _, kind) = model.Entries[id];
            if (kind is SentencePieceKind.Control or SentencePieceKind.UserDefined || (kind == SentencePieceKind.Unknown && !isUnigram))
            {
                tokens.Add(new JsonObject { ["id"] = id, ["content"] = text, ["normalized"] = false, ["special"] = kind != SentencePieceKind.UserDefined });
            }
        }

        return tokens;
    }

    private static IEnumerable<JsonObject> Normalizers(SentencePieceFile model, bool isUnigram, bool addsSpace)
    {
        if (model.CharacterMap.Length > 0)
        {
            yield return new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = System.Convert.ToBase64String(model.CharacterMap) };
        }

        // The converter for byte pairs keeps all spaces, whatever the model says.
        if (isUnigram && model.RemovesExtraSpaces)
        {
            yield return new JsonObject { ["type"] = "Strip", ["strip_left"] = false, ["strip_right"] = true };
            yield return Replace("Regex", " {2,}", Mark);
        }

        // Whatever "legacy" says: published files of byte pairs have these two, also where it is false.
        if (!isUnigram && addsSpace)
        {
            yield return new JsonObject { ["type"] = "Prepend", ["prepend"] = Mark };
        }

        if (!isUnigram)
        {
            yield return Replace("String", " ", Mark);
        }
    }

    private static IEnumerable<JsonObject> Decoders(bool addsSpace)
    {
        yield return Replace("String", Mark, " ");
        yield return new JsonObject { ["type"] = "ByteFallback" };
        yield return new JsonObject { ["type"] = "Fuse" };
        if (addsSpace)
        {
            yield return new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 };
        }
    }

    // Llama and Gemma begin texts, T5 ends them; tokenizer_config.json may say otherwise.
    private static JsonObject? Frame(SentencePieceFile model, TokenizerConfig config, bool isUnigram)
    {
        var begins = !isUnigram ? config.Begin ?? model.BeginPiece : null;
        var ends = config.Class is { } name && name.Contains("T5", StringComparison.Ordinal) ? config.End ?? model.EndPiece : null;
        return SpecialTokenTemplate.Write(Known(model, begins), Known(model, ends));
    }

    private static (string, int)? Known(SentencePieceFile model, string? piece)
    {
        var id = model.Entries.Select(entry => entry.Text).ToList().IndexOf(piece!);
        return id < 0 ? null : (piece!, id);
    }

    private static JsonObject Replace(string kind, string pattern, string content) => new()
    {
        ["type"] = "Replace",
        ["pattern"] = new JsonObject { [kind] = pattern },
        ["content"] = content,
    };

    private static JsonObject Metaspace(string scheme) => new()
    {
        ["type"] = "Metaspace",
        ["replacement"] = Mark,
        ["prepend_scheme"] = scheme,
        ["split"] = true,
    };

    private static JsonObject Sequence(string name, IEnumerable<JsonObject> steps) => new()
    {
        ["type"] = "Sequence",
        [name] = new JsonArray([.. steps]),
    };
}
