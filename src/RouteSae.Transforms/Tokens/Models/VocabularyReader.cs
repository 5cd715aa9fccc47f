namespace RouteSae.Tokens.Models;

/// <summary>Reads the "vocab" of a model: an object of tokens and ids.</summary>
internal static class VocabularyReader
{
    public static Dictionary<string, int> ReadIds(JsonPart vocab)
    {
        if (!vocab.IsObject)
        {
            throw vocab.Error("expected an object of tokens and ids");
        }

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokens = new Dictionary<int, string>();
        foreach (var (token, value) in vocab.Members())
        {
            var id = value.Id();
            if (!tokens.TryAdd(id, token) && tokens[id] != token)
            {
                throw value.Error($"the id {id} is also that of '{tokens[id]}'");
            }

            ids[token] = id;
        }

        return ids.Count > 0 ? ids : throw vocab.Error("the vocabulary is empty");
    }
}
