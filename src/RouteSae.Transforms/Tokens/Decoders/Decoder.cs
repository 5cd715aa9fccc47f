namespace RouteSae.Tokens.Decoders;

/// <summary>Turns tokens back into text.</summary>
internal abstract class Decoder
{
    /// <summary>One step: tokens in, stretches of text out (their number may differ).</summary>
    public abstract IReadOnlyList<string> Decode(IReadOnlyList<string> tokens);

    /// <summary>One token for a person to read, whatever stands beside it.</summary>
    public abstract string Surface(string token);
}
