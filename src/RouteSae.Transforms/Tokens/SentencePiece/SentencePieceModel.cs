using System.Text.Json.Nodes;

namespace RouteSae.Tokens.SentencePiece;

/// <summary>Writes the "model" of a tokenizer.json that the pieces of a tokenizer.model stand for.</summary>
internal static class SentencePieceModel
{
    public static JsonObject Unigram(SentencePieceFile model) => new()
    {
        ["type"] = "Unigram",
        ["unk_id"] = model.UnknownId,
        ["byte_fallback"] = model.ByteFallback,
        ["vocab"] = new JsonArray([.. model.Entries.Select(entry => new JsonArray(entry.Text, (double)entry.Score))]),
    };

    public static JsonObject BytePairs(SentencePieceFile model)
    {
        var vocabulary = new JsonObject();
        for (var id = 0; id < model.Entries.Count; id++)
        {
            vocabulary[model.Entries[id].Text] = id;
        }

        return new JsonObject
        {
            ["type"] = "BPE",
            ["unk_token"] = model.UnknownPiece,
            ["fuse_unk"] = true,
            ["byte_fallback"] = model.ByteFallback,
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray([.. PieceMerges.Of(model.Entries).Select(merge => new JsonArray(merge.Left, merge.Right))]),
        };
    }
}
