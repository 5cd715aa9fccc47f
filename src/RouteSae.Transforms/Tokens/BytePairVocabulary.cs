namespace RouteSae.Tokens;

/// <summary>The tokens and merges of a byte pair encoding.</summary>
internal sealed class BytePairVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<int, string> _tokens;

    public BytePairVocabulary(Dictionary<string, int> ids, Dictionary<TokenPair, Merge> merges)
    {
        _ids = ids;
        _lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new Dictionary<int, string>(ids.Count);
        foreach (var (token, id) in ids)
        {
            _tokens[id] = token;
        }

        Merges = merges;
    }

    public IReadOnlyDictionary<string, int> Ids => _ids;

    public Dictionary<TokenPair, Merge> Merges { get; }

    public int? Find(ReadOnlySpan<char> token) => _lookup.TryGetValue(token, out var id) ? id : null;

    public string? Token(int id) => _tokens.GetValueOrDefault(id);
}
