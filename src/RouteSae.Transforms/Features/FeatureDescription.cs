using System.Text;

namespace RouteSae.Features;

/// <summary>What is known of one latent.</summary>
public sealed record FeatureDescription
{
    /// <summary>The tokens on which the latent fires most strongly, the strongest first, in readable form; empty when it never fired.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>The share of tokens on which it fired when the bundle was made, 0 to 1; null when not measured.</summary>
    public double? Density { get; init; }

    /// <summary>The latent's readable name: <c>f12 ·  Olympics| Olympic| medal</c>, or <c>f12</c> when no token is known.</summary>
    /// <param name="latent">The latent's number.</param>
    public string Name(int latent) => Tokens.Count == 0 ? $"f{latent}" : $"f{latent} · {string.Join('|', Tokens.Select(Visible))}";

    // A line break in a name would break the tables that names are printed in.
    private static string Visible(string token)
    {
        if (!token.Any(char.IsControl))
        {
            return token;
        }

        var visible = new StringBuilder();
        foreach (var character in token)
        {
            visible.Append(character switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(character) => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        }

        return visible.ToString();
    }
}
