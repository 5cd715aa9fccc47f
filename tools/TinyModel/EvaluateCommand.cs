using System.Diagnostics;
using System.Text;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// <c>evaluate</c>: bits per byte of the language model on every validation corpus, over the whole of it. Windows of the
/// context length do not overlap; each begins with the last token of the one before, so every token is predicted once.
/// Bytes are those of the documents' UTF-8; the end of each document is predicted as well but adds no byte.
/// </summary>
internal static class EvaluateCommand
{
    private const int BatchWindows = 16;

    public static void Run(Arguments arguments)
    {
        var folder = arguments.Text("model");
        using var model = DecoderModel.Load(folder, new DecoderLoadOptions { Precision = Precision.BFloat16 });
        var tokenizer = TextTokenizer.Load(folder);
        foreach (var path in CorpusFiles.Of(arguments.Text("corpora"), "valid"))
        {
            var clock = Stopwatch.StartNew();
            var tokens = new List<ushort> { 0 };
            long bytes = 0;
            foreach (var document in CorpusFiles.Documents(path))
            {
                tokens.AddRange(tokenizer.Encode(document, addSpecialTokens: false).Ids.Select(id => checked((ushort)id)));
                tokens.Add(0);
                bytes += Encoding.UTF8.GetByteCount(document);
            }
            var nats = Nats(model, [.. tokens]);
            Console.WriteLine($"{Path.GetFileName(path)}: {nats / Math.Log(2) / bytes:F4} bits per byte, {nats / (tokens.Count - 1):F4} nats per token, {tokens.Count - 1:N0} tokens, {bytes:N0} bytes, {clock.Elapsed.TotalSeconds:F0} s");
        }
    }

    /// <summary>Sum of −ln p over all tokens but the first.</summary>
    private static double Nats(DecoderModel model, ushort[] tokens)
    {
        var context = model.Config.MaxPositions;
        var whole = (tokens.Length - 1) / context;
        var sum = 0.0;
        for (var window = 0; window < whole; window += BatchWindows)
            sum += Nats(model, tokens, window * context, Math.Min(BatchWindows, whole - window), context);
        var rest = (tokens.Length - 1) % context;
        return rest == 0 ? sum : sum + Nats(model, tokens, whole * context, 1, rest);
    }

    private static double Nats(DecoderModel model, ushort[] tokens, int start, int rows, int length)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var inputs = tensor([.. Enumerable.Range(start, rows * length).Select(i => (long)tokens[i])], [rows, length]);
        var targets = tensor([.. Enumerable.Range(start + 1, rows * length).Select(i => (long)tokens[i])]);
        using var output = model.Forward(inputs, null, new ForwardRequest { Logits = true });
        var logits = output.Logits!.view(-1, model.Config.VocabularySize).to_type(ScalarType.Float32);
        return functional.cross_entropy(logits, targets, reduction: Reduction.Sum).item<float>();
    }
}
