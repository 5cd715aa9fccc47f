using RouteSae.Features;
using RouteSae.Tokens;

namespace RouteSae.MLNet.Tests;

/// <summary>A featurizer without a network: counts hashed words, and how often it is called.</summary>
internal sealed class FakeFeaturizer(int latents) : ITextFeaturizer
{
    private int _calls;
    private int _texts;

    public int Calls => _calls;

    public int Texts => _texts;

    public bool IsDisposed { get; private set; }

    public int FeatureCount => latents;

    public IReadOnlyList<string> FeatureNames => [.. Enumerable.Range(0, latents).Select(i => $"f{i}")];

    public TextCodes[] Encode(IReadOnlyList<string?> texts, bool meanActivation = false, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _texts, texts.Count);
        return [.. texts.Select(text => Codes(Vector(text)))];
    }

    public int CountTokens(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    public string TokenText(int id) => $"token {id}";

    public TokenFeatures Explain(string text) => new(
        text,
        [new TokenExplanation { TokenId = 0, Token = text, Span = new CharacterSpan(0, text.Length), Pooled = true, HiddenState = 2, Probability = 1, Features = [] }],
        Truncated: false);

    public void Dispose() => IsDisposed = true;

    /// <summary>One token that has all of the vector.</summary>
    private TextCodes Codes(FeatureVector vector) => vector.Indices.Length == 0
        ? TextCodes.Empty(latents)
        : new TextCodes(latents, [new TextCodesToken(7, default, 2, 1)], [0, vector.Indices.Length], vector.Indices, vector.Values);

    public FeatureVector Vector(string? text)
    {
        var counts = new SortedDictionary<int, float>();
        foreach (var word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var latent = (int)(word.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u) % (uint)latents);
            counts[latent] = counts.GetValueOrDefault(latent) + 1;
        }

        return new FeatureVector([.. counts.Keys], [.. counts.Values]);
    }
}
