namespace RouteSae.Tokens.Models;

/// <summary>
/// The unknown character that a word's next known one ends. Hugging Face's tokenizers write it only then, so that
/// byte tokens in between come before it.
/// </summary>
internal ref struct UnknownSymbols(BytePairOptions options, List<Symbol> symbols)
{
    private (int Start, int End)? _waiting;

    public void Add(int start, int end)
    {
        if (options.Unknown is null)
        {
            return;
        }

        if (_waiting is { } waiting && options.FuseUnknown)
        {
            _waiting = (waiting.Start, end);
        }
        else
        {
            Flush();
            _waiting = (start, end);
        }
    }

    public void Flush()
    {
        if (_waiting is { } waiting)
        {
            // Byte tokens may have gone before; spans never go back.
            var first = symbols.Count > 0 ? symbols[^1] : default;
            symbols.Add(new Symbol(options.Unknown!.Value, Math.Max(waiting.Start, first.Start), Math.Max(waiting.End, first.End)));
            _waiting = null;
        }
    }
}
