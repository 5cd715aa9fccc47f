using RouteSae.Tokens.Normalizers;

namespace RouteSae.Tokens;

/// <summary>The added tokens of a tokenizer and where they stand in a text.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> _tokens = [];
    private readonly Dictionary<int, string> _normalized = [];
    private readonly AddedTokenMatcher? _plainMatcher;
    private readonly AddedTokenMatcher? _normalizedMatcher;

    public AddedVocabulary(IEnumerable<AddedToken> tokens, Normalizer? normalizer)
    {
        foreach (var token in tokens.Where(token => token.Content.Length > 0))
        {
            _tokens[token.Id] = token;
            _normalized[token.Id] = token.Normalized ? Normalize(token.Content, normalizer) : token.Content;
        }

        _plainMatcher = Matcher(normalized: false);
        _normalizedMatcher = Matcher(normalized: true);
        Special = _tokens.Values.Where(token => token.Special).Select(token => token.Id).ToHashSet();
    }

    public IReadOnlySet<int> Special { get; }

    public IReadOnlyCollection<int> Ids => _tokens.Keys;

    /// <summary>The token as it stands in a text, or null.</summary>
    public string? Content(int id) => _tokens.GetValueOrDefault(id)?.Content;

    /// <summary>The token as decoders see it, or null.</summary>
    public string? Normalized(int id) => _normalized.GetValueOrDefault(id);

    /// <summary>The tokens that are looked for in the text as it is.</summary>
    public List<AddedTokenMatch> FindPlain(ReadOnlySpan<char> text, TextBudget budget) => _plainMatcher?.Find(text, budget) ?? [];

    /// <summary>The tokens that are looked for in normalized text.</summary>
    public List<AddedTokenMatch> FindNormalized(ReadOnlySpan<char> text, TextBudget budget) => _normalizedMatcher?.Find(text, budget) ?? [];

    private AddedTokenMatcher? Matcher(bool normalized)
    {
        var tokens = _tokens.Values
            .Where(token => token.Normalized == normalized && _normalized[token.Id].Length > 0)
            .Select(token => (_normalized[token.Id], token))
            .ToList();
        return tokens.Count > 0 ? new AddedTokenMatcher(tokens) : null;
    }

    private static string Normalize(string content, Normalizer? normalizer) => normalizer is null
        ? content
        : normalizer.Apply(new AlignedText(content, 0, content.Length).Whole).Characters.ToString();
}
