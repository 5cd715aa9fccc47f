using System.Text.RegularExpressions;

namespace RouteSae.Tokens.Patterns;

/// <summary>The expressions of most checkpoints, compiled with this library.</summary>
internal static partial class KnownExpressions
{
    private const string Gpt2Text =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Llama3Text =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Qwen2Text =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // In Oniguruma the long s is an s in another case, in .NET it is not.
    private const string Contractions = @"'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";

    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The compiled expression, or null for one that is not known.</summary>
    public static Regex? Find(string expression) => expression switch
    {
        Gpt2Text => Gpt2(),
        Llama3Text => Llama3(),
        Qwen2Text => Qwen2(),
        _ => null,
    };

    [GeneratedRegex(Gpt2Text, RegexOptions.CultureInvariant)]
    public static partial Regex Gpt2();

    [GeneratedRegex(Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Rest, RegexOptions.CultureInvariant)]
    private static partial Regex Llama3();

    [GeneratedRegex(Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Rest, RegexOptions.CultureInvariant)]
    private static partial Regex Qwen2();
}
