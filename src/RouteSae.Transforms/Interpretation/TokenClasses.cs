using RouteSae.Tokens;

namespace RouteSae.Interpretation;

/// <summary>
/// The reference's classes of tokens: tokens as the vocabulary writes them, without white space at their ends, in lower case. The
/// mark of a leading space ("Ġ", "▁") is no white space, so that " the" and "the" are two classes.
/// </summary>
internal sealed class TokenClasses
{
    private readonly TextTokenizer _tokenizer;
    private readonly int?[] _classes; // by token id
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public TokenClasses(TextTokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _classes = new int?[tokenizer.VocabularySize];
    }

    /// <summary>The number of a token's class, from 0 in the order in which classes are asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public int Of(int token)
    {
        if ((uint)token < (uint)_classes.Length && _classes[token] is { } known)
            return known;
        var name = ReferenceText.Lower(ReferenceText.Strip(_tokenizer.VocabularyToken(token)));
        if (!_numbers.TryGetValue(name, out var number))
        {
            number = _names.Count;
            _numbers.Add(name, number);
            _names.Add(name);
        }
        _classes[token] = number;
        return number;
    }

    public string Name(int number) => _names[number];
}
