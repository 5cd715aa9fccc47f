using RouteSae.Features;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.PlainPort;

/// <summary>
/// Features of texts as the reference computes hidden states: batches of 64 texts, each padded on the right to the context, through
/// the whole language model with all hidden states and the output head; router and autoencoder then read every position. Max
/// pooling over the real tokens. Owns the networks.
/// </summary>
internal sealed class PlainFeaturizer(
    TextPreparer preparer, DecoderModel languageModel, PlainRouteSae autoencoder, IReadOnlyList<int> routedHiddenStates, int context) : IDisposable
{
    private const int TextsPerBatch = 64;
    private const long PaddingId = 0;

    private readonly ForwardRequest _everything = new() { HiddenStates = [.. Enumerable.Range(0, languageModel.Config.LayerCount + 1)], Logits = true };

    public FeatureVector[] Featurize(IEnumerable<string> texts) =>
        [.. texts.Select(preparer.Prepare).Chunk(TextsPerBatch).SelectMany(Featurize)];

    public void Dispose()
    {
        languageModel.Dispose();
        autoencoder.Dispose();
    }

    private FeatureVector[] Featurize(PreparedText[] texts)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var ids = Padded(texts, (text, token) => text.Ids[token], PaddingId); // [B, S]
        var attention = Padded(texts, (_, _) => 1, 0);
        var pooled = Padded(texts, (text, token) => text.Pooled[token] ? 1 : 0, 0).to(ScalarType.Float32);
        using var output = languageModel.Forward(ids, attention, _everything);
        var routing = autoencoder.Route([.. routedHiddenStates.Select(index => output.HiddenState(index).flatten(0, 1))]);
        var latents = autoencoder.Encode(routing.X).view(texts.Length, context, -1); // [B, S, M]
        var largest = (latents * pooled.unsqueeze(-1)).amax([1L]).cpu(); // [B, M]
        return [.. Enumerable.Range(0, texts.Length).Select(text => ToVector(largest[text].data<float>().ToArray()))];
    }

    private Tensor Padded(PreparedText[] texts, Func<PreparedText, int, long> value, long padding)
    {
        var values = new long[texts.Length * context];
        Array.Fill(values, padding);
        for (var text = 0; text < texts.Length; text++)
        {
            for (var token = 0; token < texts[text].Length; token++)
                values[text * context + token] = value(texts[text], token);
        }

        return tensor(values, [texts.Length, context]);
    }

    private static FeatureVector ToVector(float[] values)
    {
        int[] indices = [.. Enumerable.Range(0, values.Length).Where(latent => values[latent] != 0)];
        return new FeatureVector(indices, [.. indices.Select(latent => values[latent])]);
    }
}
