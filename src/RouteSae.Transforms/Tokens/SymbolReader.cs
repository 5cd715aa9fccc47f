using System.Text;

namespace RouteSae.Tokens;

/// <summary>Takes a word apart into the symbols that merging starts from: characters, or bytes.</summary>
internal sealed class SymbolReader
{
    private const int Missing = -1;
    private const int LongestUtf8 = 4;

    private readonly BytePairVocabulary _vocabulary;
    private readonly BytePairOptions _options;

    // Token of each byte: of the byte alphabet, or "<0x..>".
    private readonly int[] _bytes;
    private readonly bool _byteFallback;

    public SymbolReader(BytePairVocabulary vocabulary, BytePairOptions options)
    {
        _vocabulary = vocabulary;
        _options = options;
        _bytes = new int[256];
        for (var value = 0; value < 256; value++)
        {
            var token = options.ByteLevel ? ByteAlphabet.Character((byte)value).ToString() : $"<0x{value:X2}>";
            _bytes[value] = vocabulary.Find(token) ?? Missing;
        }

        _byteFallback = options.ByteFallback && !options.ByteLevel;
    }

    public List<Symbol> Read(ReadOnlySpan<char> word)
    {
        var symbols = new List<Symbol>(word.Length);
        for (var position = 0; position < word.Length;)
        {
            Rune.DecodeFromUtf16(word[position..], out var rune, out var consumed);
            AddCharacter(symbols, rune, position, position + consumed);
            position += consumed;
        }

        return symbols;
    }

    private void AddCharacter(List<Symbol> symbols, Rune rune, int start, int end)
    {
        if (_options.ByteLevel)
        {
            AddBytes(symbols, rune, start, end);
            return;
        }

        Span<char> character = stackalloc char[2];
        if (_vocabulary.Find(character[..rune.EncodeToUtf16(character)]) is { } id)
        {
            symbols.Add(new Symbol(id, start, end));
        }
        else if (!_byteFallback || !TryFallBack(symbols, rune, start, end))
        {
            AddUnknown(symbols, start, end);
        }
    }

    private void AddBytes(List<Symbol> symbols, Rune rune, int start, int end)
    {
        Span<byte> utf8 = stackalloc byte[LongestUtf8];
        foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
        {
            if (_bytes[value] != Missing)
            {
                symbols.Add(new Symbol(_bytes[value], start, end));
            }
            else
            {
                AddUnknown(symbols, start, end);
            }
        }
    }

    private bool TryFallBack(List<Symbol> symbols, Rune rune, int start, int end)
    {
        Span<byte> buffer = stackalloc byte[LongestUtf8];
        var utf8 = buffer[..rune.EncodeToUtf8(buffer)];
        foreach (var value in utf8)
        {
            if (_bytes[value] == Missing)
            {
                return false;
            }
        }

        foreach (var value in utf8)
        {
            symbols.Add(new Symbol(_bytes[value], start, end));
        }

        return true;
    }

    private void AddUnknown(List<Symbol> symbols, int start, int end)
    {
        if (_options.Unknown is not { } unknown)
        {
            return;
        }

        // Only an unknown token that unknown characters made is continued, and "<unk>" is never one character.
        if (_options.FuseUnknown && symbols.Count > 0 && symbols[^1].Id == unknown)
        {
            symbols[^1] = symbols[^1] with { End = end };
        }
        else
        {
            symbols.Add(new Symbol(unknown, start, end));
        }
    }
}
