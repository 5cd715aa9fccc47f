using System.Text;

namespace RouteSae.Tokens.Models;

/// <summary>Takes a word apart into the symbols that merging starts from: characters, or bytes.</summary>
internal sealed class SymbolReader(TokenVocabulary vocabulary, BytePairOptions options)
{
    private const int LongestUtf8 = 4;

    private readonly ByteTokens _bytes = new(vocabulary, options.ByteLevel);

    public List<Symbol> Read(ReadOnlySpan<char> word)
    {
        var symbols = new List<Symbol>(word.Length);
        var unknown = new UnknownSymbols(options, symbols);
        for (var position = 0; position < word.Length;)
        {
            Rune.DecodeFromUtf16(word[position..], out var rune, out var consumed);
            if (options.ByteLevel)
            {
                AddBytes(symbols, ref unknown, rune, position, position + consumed);
            }
            else
            {
                AddCharacter(symbols, ref unknown, word, position, consumed);
            }

            position += consumed;
        }

        unknown.Flush();
        return symbols;
    }

    private void AddBytes(List<Symbol> symbols, ref UnknownSymbols unknown, Rune rune, int start, int end)
    {
        Span<byte> utf8 = stackalloc byte[LongestUtf8];
        foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
        {
            if (_bytes[value] is { } id)
            {
                unknown.Flush();
                symbols.Add(new Symbol(id, start, end));
            }
            else
            {
                CheckUnknown(rune.ToString());
                unknown.Add(start, end);
            }
        }
    }

    private void AddCharacter(List<Symbol> symbols, ref UnknownSymbols unknown, ReadOnlySpan<char> word, int start, int length)
    {
        var end = start + length;
        var character = options.IsPlain ? word.Slice(start, length) : WithAffixes(word, start, end);
        if (vocabulary.Find(character) is { } id)
        {
            unknown.Flush();
            symbols.Add(new Symbol(id, start, end));
        }
        else if (!options.ByteFallback || !TryFallBack(symbols, character, start, end))
        {
            CheckUnknown(word.Slice(start, length));
            unknown.Add(start, end);
        }
    }

    private void CheckUnknown(ReadOnlySpan<char> character)
    {
        if (options is { UnknownToken: { } token, Unknown: null })
        {
            throw new TokenizerFormatException(
                $"The text has the character '{character}', which the tokenizer's vocabulary lacks, as it lacks the unk_token '{token}'. "
                + "Add either to model.vocab of tokenizer.json, or leave the character out of the text.");
        }
    }

    private string WithAffixes(ReadOnlySpan<char> word, int start, int end)
    {
        var prefix = start > 0 ? options.Prefix : "";
        return string.Concat(prefix, word[start..end], end == word.Length ? options.Suffix : "");
    }

    private bool TryFallBack(List<Symbol> symbols, ReadOnlySpan<char> character, int start, int end)
    {
        var first = symbols.Count;
        if (!_bytes.TryAdd(character, start, symbols))
        {
            return false;
        }

        for (var index = first; index < symbols.Count; index++)
        {
            symbols[index] = symbols[index] with { Start = start, End = end };
        }

        return true;
    }
}
