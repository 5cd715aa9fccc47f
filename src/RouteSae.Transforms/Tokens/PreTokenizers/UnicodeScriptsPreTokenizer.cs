using System.Text;
using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>
/// "UnicodeScripts": splits where the script changes. Japanese syllables count as Han, a space as any script; as in
/// Hugging Face's tokenizers, spaces before the first character of a script are lost.
/// </summary>
internal sealed class UnicodeScriptsPreTokenizer : PreTokenizer
{
    private const string Han = "Han";
    private const int ProlongedSoundMark = 0x30FC;

    private static readonly Lazy<(CodePointRange Range, string Script)[]> Ranges = new(() =>
        [.. UnicodeData.Instance.Scripts
            .SelectMany(script => script.Value, (script, range) => (range, script.Key))
            .OrderBy(pair => pair.range.First)]);

    public override void Apply(Piece piece, List<Piece> output)
    {
        string? last = null;
        int? start = null;
        for (var position = 0; position < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece.Characters[position..], out var rune, out var length);
            var script = ScriptOf(rune.Value);
            if (script is not null && script != last)
            {
                if (start is { } begin)
                {
                    output.Add(piece.Slice(begin, position - begin));
                }

                (start, last) = (position, script);
            }

            position += length;
        }

        if (start is { } rest)
        {
            output.Add(piece.Slice(rest, piece.Length - rest));
        }
    }

    // Null for any script: a space, and what no script has.
    private static string? ScriptOf(int codePoint)
    {
        if (codePoint is ' ' or ProlongedSoundMark)
        {
            return codePoint == ' ' ? null : Han;
        }

        var ranges = Ranges.Value;
        var (low, high) = (0, ranges.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = ranges[middle].Range.Last < codePoint ? (middle + 1, high) : (low, middle);
        }

        return low == ranges.Length || ranges[low].Range.First > codePoint ? null
            : ranges[low].Script is "Hiragana" or "Katakana" ? Han : ranges[low].Script;
    }
}
