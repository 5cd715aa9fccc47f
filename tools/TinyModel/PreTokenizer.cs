using System.Text.RegularExpressions;

namespace RouteSae.Tools.TinyModel;

/// <summary>Cuts text into the pieces within which tokens are merged: GPT-2's pattern.</summary>
internal static partial class PreTokenizer
{
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    public static partial Regex Pieces();
}
