namespace RouteSae.Interpretation;

/// <summary>The strongest contexts of one latent under each token class, while they are being collected.</summary>
internal sealed class LatentContextSet(FeatureContextOptions options)
{
    /// <summary>By class: the contexts, the strongest first and of equal ones the later text first. Null when there are too many classes, and the latent is out for good.</summary>
    private Dictionary<int, List<FeatureContext>>? _contexts = [];

    /// <summary>Takes note of an activation; the text of its context is asked for only if it may stay.</summary>
    public void Add(int tokenClass, float activation, Func<string> text)
    {
        if (_contexts is null)
            return;
        if (!_contexts.TryGetValue(tokenClass, out var strongest))
        {
            if (_contexts.Count == options.MaximumTokenClasses)
            {
                _contexts = null;
                return;
            }
            _contexts.Add(tokenClass, strongest = []);
        }
        if (strongest.Count < options.ContextsPerToken || activation >= strongest[^1].Activation)
            Insert(strongest, new FeatureContext(text(), activation));
    }

    /// <summary>The contexts by token class; null when the latent is not interpretable.</summary>
    public IReadOnlyList<TokenClassContexts>? Build(TokenClasses classes)
    {
        if (_contexts is null || _contexts.Sum(tokens => tokens.Value.Count) < options.MinimumContexts)
            return null;
        return
        [
            .. _contexts.Select(tokens => new TokenClassContexts(classes.Name(tokens.Key), Shown(tokens.Value)))
                .OrderBy(tokens => tokens.TokenClass, ReferenceText.CodePointOrder),
        ];
    }

    private void Insert(List<FeatureContext> strongest, FeatureContext context)
    {
        var place = strongest.FindIndex(other => IsBefore(context, other));
        strongest.Insert(place < 0 ? strongest.Count : place, context);
        if (strongest.Count > options.ContextsPerToken)
            strongest.RemoveAt(strongest.Count - 1);
    }

    private static bool IsBefore(FeatureContext context, FeatureContext other) =>
        context.Activation != other.Activation
            ? context.Activation > other.Activation
            : ReferenceText.CodePointOrder.Compare(context.Text, other.Text) > 0;

    private static FeatureContext[] Shown(List<FeatureContext> strongest) =>
    [
        .. strongest.OrderByDescending(context => context.Activation).ThenBy(context => context.Text, ReferenceText.CodePointOrder),
    ];
}
