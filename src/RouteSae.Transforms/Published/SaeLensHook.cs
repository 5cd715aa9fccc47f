using System.Globalization;
using System.Text.RegularExpressions;

namespace RouteSae.Published;

/// <summary>Which hidden state a hook of TransformerLens, or a module of a Hugging Face model, is.</summary>
internal static partial class SaeLensHook
{
    public const string Embeddings = "hook_embed";

    /// <summary>The hook of a hidden state: what layer i − 1 puts out, or what the first layer reads.</summary>
    public static string Of(int hiddenState) => hiddenState == 0
        ? "blocks.0.hook_resid_pre"
        : string.Create(CultureInfo.InvariantCulture, $"blocks.{hiddenState - 1}.hook_resid_post");

    /// <summary>The hidden state of a hook.</summary>
    /// <param name="hook">The hook's name.</param>
    /// <param name="layer">What stands for <c>{layer}</c> in it, as in some of the oldest files.</param>
    /// <param name="ofModule">Whether the name is of a module of a Hugging Face model.</param>
    /// <param name="location">The file, for messages.</param>
    /// <exception cref="PublishedFormatException">The hook is no hidden state.</exception>
    public static int HiddenState(string hook, int? layer, bool ofModule, string location)
    {
        var name = layer is { } number ? hook.Replace("{layer}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) : hook;
        if (name == Embeddings)
            return 0;
        if (Residual().Match(name) is { Success: true } residual && Layer(residual) is { } block)
            return residual.Groups["place"].Value == "pre" ? block : block + 1;
        if (ofModule && Module().Match(name) is { Success: true } module && Layer(module) is { } below)
            return below + 1;
        throw new PublishedFormatException(
            $"{location}: hook_name is '{name}', which is not a hidden state. Those that are read: blocks.N.hook_resid_pre (hidden state N), blocks.N.hook_resid_post (N + 1), {Embeddings} (0).");
    }

    private static int? Layer(Match match) =>
        int.TryParse(match.Groups["layer"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : null;

    [GeneratedRegex(@"^blocks\.(?<layer>[0-9]+)\.hook_resid_(?<place>pre|post)$", RegexOptions.CultureInvariant)]
    private static partial Regex Residual();

    [GeneratedRegex(@"^(?:\w+\.)*(?:layers|h)\.(?<layer>[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Module();
}
