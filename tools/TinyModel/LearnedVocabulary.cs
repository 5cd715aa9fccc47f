using System.Text.Encodings.Web;
using System.Text.Json;
using RouteSae.Files;

namespace RouteSae.Tools.TinyModel;

/// <summary>Pieces in the order of their ids (special tokens, bytes, merged pieces) and the merges in the order learned.</summary>
internal sealed record LearnedVocabulary(IReadOnlyList<string> Pieces, IReadOnlyList<(int Left, int Right)> Merges, int SpecialTokens)
{
    /// <summary>
    /// The one special token. It stands between documents in training, so that a text which begins with it is read as a
    /// document of its own.
    /// </summary>
    public const string EndOfText = "<|endoftext|>";

    /// <summary>Writes tokenizer.json and tokenizer_config.json in Hugging Face's form.</summary>
    public void Save(string folder, int contextLength)
    {
        var json = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var byteLevel = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true };
        var tokenizer = new
        {
            version = "1.0",
            truncation = (object?)null,
            padding = (object?)null,
            added_tokens = Pieces.Take(SpecialTokens).Select((content, id) => new
            {
                id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true,
            }),
            normalizer = (object?)null,
            pre_tokenizer = byteLevel,
            post_processor = new
            {
                type = "TemplateProcessing",
                single = new object[]
                {
                    new { SpecialToken = new { id = EndOfText, type_id = 0 } },
                    new { Sequence = new { id = "A", type_id = 0 } },
                },
                pair = new object[]
                {
                    new { SpecialToken = new { id = EndOfText, type_id = 0 } },
                    new { Sequence = new { id = "A", type_id = 0 } },
                    new { Sequence = new { id = "B", type_id = 1 } },
                },
                special_tokens = new Dictionary<string, object>
                {
                    [EndOfText] = new { id = EndOfText, ids = new[] { 0 }, tokens = new[] { EndOfText } },
                },
            },
            decoder = byteLevel,
            model = new
            {
                type = "BPE",
                dropout = (object?)null,
                unk_token = (object?)null,
                continuing_subword_prefix = (object?)null,
                end_of_word_suffix = (object?)null,
                fuse_unk = false,
                byte_fallback = false,
                ignore_merges = false,
                vocab = Pieces.Select((piece, id) => (piece, id)).ToDictionary(p => p.piece, p => p.id),
                merges = Merges.Select(merge => $"{Pieces[merge.Left]} {Pieces[merge.Right]}"),
            },
        };
        var config = new
        {
            tokenizer_class = "PreTrainedTokenizerFast",
            add_bos_token = true,
            add_eos_token = false,
            bos_token = EndOfText,
            eos_token = EndOfText,
            pad_token = EndOfText,
            model_max_length = contextLength,
        };
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer.json"), JsonSerializer.Serialize(tokenizer, json));
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer_config.json"), JsonSerializer.Serialize(config, json));
    }
}
