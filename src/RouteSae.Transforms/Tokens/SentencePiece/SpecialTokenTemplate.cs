using System.Text.Json.Nodes;

namespace RouteSae.Tokens.SentencePiece;

/// <summary>Writes the post-processor that puts a token before and one after every text.</summary>
internal static class SpecialTokenTemplate
{
    public static JsonObject? Write((string Token, int Id)? begin, (string Token, int Id)? end)
    {
        if (begin is null && end is null)
        {
            return null;
        }

        var parts = new JsonArray();
        var ids = new JsonObject();
        Add(begin, parts, ids);
        parts.Add(new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A" } });
        Add(end, parts, ids);
        return new JsonObject { ["type"] = "TemplateProcessing", ["single"] = parts, ["special_tokens"] = ids };
    }

    private static void Add((string Token, int Id)? special, JsonArray parts, JsonObject ids)
    {
        if (special is var (token, id))
        {
            parts.Add(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = token } });
            ids[token] = new JsonObject { ["ids"] = new JsonArray(id) };
        }
    }
}
