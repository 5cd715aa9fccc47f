namespace RouteSae.Tokens.Models;

/// <summary>The tokens of a model and their ids.</summary>
internal sealed class TokenVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<int, string> _tokens;

    /// <param name="ids">The id of each token.</param>
    public TokenVocabulary(Dictionary<string, int> ids)
        : this(ids, ids.ToDictionary(pair => pair.Value, pair => pair.Key))
    {
    }

    private TokenVocabulary(Dictionary<string, int> ids, Dictionary<int, string> tokens)
    {
        _ids = ids;
        _lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = tokens;
        LargestId = tokens.Count == 0 ? -1 : tokens.Keys.Max();
    }

    /// <summary>The id of each token.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>All ids, also those of equal tokens.</summary>
    public IEnumerable<int> AllIds => _tokens.Keys;

    public int LargestId { get; }

    /// <summary>How many tokens there are; ids may have gaps.</summary>
    public int Count => _tokens.Count;

    /// <summary>A vocabulary whose ids are places in a list; of equal tokens the last is found, all can be decoded.</summary>
    public static TokenVocabulary OfList(IReadOnlyList<string> tokens)
    {
        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
        {
            ids[tokens[id]] = id;
        }

        return new TokenVocabulary(ids, tokens.Select((token, id) => (token, id)).ToDictionary(item => item.id, item => item.token));
    }

    public int? Find(ReadOnlySpan<char> token) => _lookup.TryGetValue(token, out var id) ? id : null;

    public string? Token(int id) => _tokens.GetValueOrDefault(id);
}
