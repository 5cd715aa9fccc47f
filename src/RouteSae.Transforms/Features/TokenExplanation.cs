using RouteSae.Tokens;

namespace RouteSae.Features;

/// <summary>What one token of a text contributes to its features.</summary>
public sealed record TokenExplanation
{
    /// <summary>The token's number in the vocabulary.</summary>
    public required int TokenId { get; init; }

    /// <summary>The token in readable form, such as <c>" Olympics"</c>.</summary>
    public required string Token { get; init; }

    /// <summary>Where the token stands in the text; empty for special tokens.</summary>
    public required CharacterSpan Span { get; init; }

    /// <summary>Whether the token counts in pooling. Special tokens do not, unless the bundle says so.</summary>
    public required bool Pooled { get; init; }

    /// <summary>The hidden state that the router chose for this token, or that is read where there is no router (0 = embeddings, i = output of decoder layer i).</summary>
    public required int HiddenState { get; init; }

    /// <summary>The router's probability of <see cref="HiddenState"/>, 0 to 1; 1 where there is no router.</summary>
    public required float Probability { get; init; }

    /// <summary>The active latents, the strongest first; at most K where the autoencoder has one.</summary>
    public required IReadOnlyList<ActiveFeature> Features { get; init; }
}
