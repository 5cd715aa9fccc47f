using System.CommandLine;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Cli;

/// <summary><c>routesae activations</c>: every hidden state and the logits of given tokens.</summary>
internal static class ActivationsCommand
{
    private const string HiddenStates = "hidden_states";
    private const string Logits = "logits";
    private const string FromMask = "from-mask";
    private const int TokensOfPass = 1024;
    private const int TokensOfLogits = 256; // a row of them is as wide as the vocabulary

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = CommonOptions.Model();
        var tokens = CommonOptions.Input("--tokens", "A safetensors file with input_ids and, where tokens are padding, attention_mask: I64 [rows, tokens].");
        var file = CommonOptions.Output("The safetensors file to write: hidden_states F32 [layers + 1, rows, tokens, hidden size], the last after the final norm, and logits F32 [rows, tokens, vocabulary].");
        var precision = CommonOptions.Precision();
        var positions = CommonOptions.OneOf(
            "--positions", "from-zero: 0, 1, 2 … whatever the mask, as in Hugging Face's forward; from-mask: attended tokens only count, as in its generate.", "from-zero", FromMask);
        var command = new Command("activations", "Writes the hidden states and logits of a language model.") { model, tokens, file, positions, precision };
        command.SetAction(async (result, cancellationToken) =>
        {
            var folder = await ModelFolder.ResolveAsync(result.GetRequiredValue(model), error, cancellationToken);
            await Task.Run(() => Write(
                folder, result.GetRequiredValue(tokens).FullName, CommonOptions.Target(result.GetRequiredValue(file)),
                result.GetValue(positions) == FromMask, CommonOptions.Precision(result.GetRequiredValue(precision)), output, cancellationToken), cancellationToken);
        });
        return command;
    }

    private static void Write(string folder, string tokens, string path, bool positionsFromMask, Precision precision, TextWriter output, CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        using var prompts = PromptFile.Read(tokens);
        using var model = DecoderModel.Load(folder, new DecoderLoadOptions { Precision = precision });
        var request = new ForwardRequest { HiddenStates = [.. Enumerable.Range(0, model.Config.LayerCount + 1)], PositionsFromMask = positionsFromMask };
        var (rows, length) = (prompts.InputIds.size(0), prompts.InputIds.size(1));
        long[] hiddenShape = [model.Config.LayerCount + 1, rows, length, model.Config.HiddenSize], logitsShape = [rows, length, model.Config.VocabularySize];
        SafetensorsPieces.Write(path, [(HiddenStates, ScalarType.Float32, hiddenShape), (Logits, ScalarType.Float32, logitsShape)], pieces =>
        {
            var step = Math.Max(1, TokensOfPass / length);
            for (long row = 0; row < rows; row += step)
                Write(model, prompts, row, Math.Min(step, rows - row), request, pieces, cancellationToken);
        });
        output.WriteLine($"{path}: {HiddenStates} [{string.Join(", ", hiddenShape)}], {Logits} [{string.Join(", ", logitsShape)}]");
    }

    private static void Write(
        DecoderModel model, PromptFile prompts, long row, long count, ForwardRequest request, SafetensorsPieces pieces, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        var (rows, length) = (prompts.InputIds.size(0), prompts.InputIds.size(1));
        using var output = model.Forward(prompts.InputIds.narrow(0, row, count), prompts.AttentionMask?.narrow(0, row, count), request);
        foreach (var index in request.HiddenStates)
            pieces.Write(HiddenStates, (index * rows + row) * length * model.Config.HiddenSize, output.HiddenState(index));
        var last = output.HiddenState(model.Config.LayerCount).flatten(0, 1); // [count · S, D]
        for (long first = 0; first < last.size(0); first += TokensOfLogits)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var logits = model.Logits(last.narrow(0, first, Math.Min(TokensOfLogits, last.size(0) - first)));
            pieces.Write(Logits, (row * length + first) * model.Config.VocabularySize, logits);
        }
    }
}
