using RouteSae.Tokens.Models;

namespace RouteSae.Tokens;

/// <summary>
/// The added tokens that both files name together: those of tokenizer.json, further ones of tokenizer_config.json,
/// and special tokens that the configuration names and only the model's vocabulary has.
/// </summary>
internal sealed class AddedTokenList
{
    private readonly Dictionary<string, AddedToken> _tokens = new(StringComparer.Ordinal);
    private readonly TokenVocabulary _vocabulary;
    private int _largestId = -1;

    private AddedTokenList(TokenVocabulary vocabulary) => _vocabulary = vocabulary;

    public IReadOnlyCollection<AddedToken> All => _tokens.Values;

    public static AddedTokenList Read(JsonPart root, TokenVocabulary vocabulary, TokenizerConfig config)
    {
        var list = new AddedTokenList(vocabulary);
        foreach (var part in root.Optional("added_tokens")?.Items() ?? [])
        {
            list.AddLast(AddedToken.Read(part, part.Required("id").Id()), part.File);
        }

        foreach (var token in config.AddedTokens)
        {
            list.Add(token, config.File);
        }

        foreach (var name in config.MoreSpecialTokens.Concat([config.Begin, config.End, config.Padding, config.Unknown]))
        {
            list.AddNamed(name);
        }

        return list;
    }

    /// <summary>The id of a token by its content, or null.</summary>
    public int? Find(string? content) => content switch
    {
        null => null,
        _ when _tokens.TryGetValue(content, out var token) => token.Id,
        _ => _vocabulary.Find(content),
    };

    private void Add(AddedToken token, string file)
    {
        if (token.Content.Length > 0)
        {
            var id = Find(token.Content) ?? NewId(token, file);
            _tokens.TryAdd(token.Content, token with { Id = id });
            _largestId = Math.Max(_largestId, id);
        }
    }

    // Of several entries for one token the last one's flags hold, but what was special stays so.
    private void AddLast(AddedToken token, string file)
    {
        Add(token, file);
        if (_tokens.TryGetValue(token.Content, out var known))
        {
            _tokens[token.Content] = token with { Id = known.Id, Special = token.Special || known.Special };
        }
    }

    // As in the library: one id after the other behind the vocabulary, whatever the file says.
    private int NewId(AddedToken token, string file)
    {
        var next = Math.Max(_vocabulary.Count, _largestId + 1);
        if (_vocabulary.Token(next) is null)
        {
            return next;
        }

        // The vocabulary's ids have gaps; then the file's word is the better one.
        return _vocabulary.Token(token.Id) is not { } other ? token.Id : throw new TokenizerFormatException(
            $"{file}: the added token '{token.Content}' has id {token.Id}, which is '{other}' in the vocabulary.");
    }

    private void AddNamed(string? content)
    {
        if (!string.IsNullOrEmpty(content) && !_tokens.ContainsKey(content) && _vocabulary.Find(content) is { } id)
        {
            _tokens[content] = new AddedToken(id, content) { Special = true };
        }
    }
}
