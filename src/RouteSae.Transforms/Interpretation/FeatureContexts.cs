using RouteSae.Files;

namespace RouteSae.Interpretation;

/// <summary>The interpretable latents of an autoencoder and the contexts in which they fire.</summary>
public sealed record FeatureContexts
{
    /// <summary>An activation above this value has a context.</summary>
    public required double Threshold { get; init; }

    /// <summary>The length at which contexts are cut, in tokens.</summary>
    public required int MaximumTokens { get; init; }

    /// <summary>How many contexts a token class has at most.</summary>
    public required int ContextsPerToken { get; init; }

    /// <summary>How many contexts a latent has at least.</summary>
    public required int MinimumContexts { get; init; }

    /// <summary>The interpretable latents, ascending.</summary>
    public required IReadOnlyList<LatentContexts> Latents { get; init; }

    /// <summary>Writes the JSON file that the authors' program writes, layout and order included. A file that exists is replaced whole or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        ReferenceJson.Write(writer, Content());
    });

    private KeyValuePair<string, object>[] Content() =>
    [
        new("total_latents", Latents.Count),
        new("threshold", Threshold),
        new("max_length", MaximumTokens),
        new("max_per_token", ContextsPerToken),
        new("lines", MinimumContexts - 1),
        new("latent_context_map", Latents.Select(latent => new KeyValuePair<string, object>($"{latent.Latent}", Content(latent)))),
    ];

    private static IEnumerable<KeyValuePair<string, object>> Content(LatentContexts latent) =>
        latent.TokenClasses.Select(tokens => new KeyValuePair<string, object>(tokens.TokenClass, tokens.Contexts.Select(Content)));

    private static KeyValuePair<string, object>[] Content(FeatureContext context) =>
        [new("context", context.Text), new("activation", (double)context.Activation)];
}
