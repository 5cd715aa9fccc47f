using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>The codes from which a RouteSae column's values of the rows at hand were made, so that the network need not run again to say where they come from.</summary>
internal sealed class WindowCodes(Func<string, TextCodes> encode)
{
    private readonly Dictionary<string, TextCodes> _byText = [];

    /// <summary>Takes the codes of the next rows in the place of those before.</summary>
    public void Take(IReadOnlyList<string?> texts, IReadOnlyList<TextCodes> codes)
    {
        _byText.Clear();
        for (var i = 0; i < texts.Count; i++)
        {
            _byText[texts[i] ?? ""] = codes[i];
        }
    }

    /// <summary>The codes of a text. A step that reads rows ahead may have gone past it; then they are computed again.</summary>
    public TextCodes Of(string text) => _byText.TryGetValue(text, out var codes) ? codes : encode(text);
}
