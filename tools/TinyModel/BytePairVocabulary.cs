using System.Text.Encodings.Web;
using System.Text.Json;
using RouteSae.Storage;

namespace RouteSae.Tools.TinyModel;

/// <summary>Pieces in the order of their ids (special tokens, bytes, merged pieces) and the merges in the order learned.</summary>
internal sealed record BytePairVocabulary(IReadOnlyList<string> Pieces, IReadOnlyList<(int Left, int Right)> Merges, int SpecialTokens)
{
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
            post_processor = byteLevel,
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
            add_bos_token = false,
            add_eos_token = false,
            eos_token = EndOfText,
            pad_token = EndOfText,
            model_max_length = contextLength,
        };
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer.json"), JsonSerializer.Serialize(tokenizer, json));
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer_config.json"), JsonSerializer.Serialize(config, json));
    }
}
