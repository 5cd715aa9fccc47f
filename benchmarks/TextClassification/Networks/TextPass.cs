using RouteSae.Features;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Runs texts through a language model once, for all that read its hidden states. Each batch's hidden states are freed at once.</summary>
internal static class TextPass
{
    private const int TokensPerBatch = 4096;

    /// <summary>Runs all texts; one without tokens is not read.</summary>
    public static void Run(
        DecoderModel languageModel, TextPreparer preparer, IReadOnlyList<int> hiddenStates, IReadOnlyList<string> texts, IReadOnlyList<ITokenReader> readers, CancellationToken cancellationToken)
    {
        var request = new ForwardRequest { HiddenStates = hiddenStates };
        var prepared = preparer.Prepare(texts, cancellationToken);
        foreach (var batch in TextBatch.Pack([.. prepared.Select(text => text.Length)], TokensPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tokens = new TokenBatch([.. batch.Texts.Select(text => prepared[text])], batch.PaddedLength);
            if (tokens.Pooled.Length == 0)
                continue;
            using var gradients = no_grad();
            using var scope = NewDisposeScope();
            using var output = languageModel.Forward(tensor(tokens.Ids, [batch.Texts.Count, batch.PaddedLength]), null, request);
            var states = hiddenStates.Select(index => output.HiddenState(index).flatten(0, 1)).ToArray();
            foreach (var reader in readers)
                reader.Read(batch.Texts, tokens.FirstPooled, states, tokens.Pooled);
        }
    }
}
