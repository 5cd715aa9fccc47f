using RouteSae.LanguageModels;
using RouteSae.Tokens;
using RouteSae.Tokens.Windows;
using RouteSae.Training.Checkpoints;
using static TorchSharp.torch;

namespace RouteSae.Training.Sources;

/// <summary>Runs a language model on windows of tokens, as far as some hidden states ask for. Borrows the model.</summary>
internal sealed class WindowReader(DecoderModel model, IReadOnlyList<int> hiddenStates)
{
    private readonly ForwardRequest _request = new() { HiddenStates = hiddenStates };

    /// <summary>Where the hidden states come to lie.</summary>
    public Device Device => model.Device;

    /// <summary>The most tokens of a window.</summary>
    public int MaximumPositions => model.Config.MaxPositions;

    /// <summary>The hidden states' numbers.</summary>
    public IReadOnlyList<int> HiddenStates => hiddenStates;

    /// <summary>What they depend on, beside the tokens.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["HiddenStates"] = string.Join(", ", hiddenStates),
        ["LanguageModel"] = $"{model.Config.ModelType}, {model.Type}, {WeightFingerprint.Of(model, hiddenStates.Max())}",
    };

    /// <summary>The hidden states of every position, L x [B · S, D], in the caller's scope.</summary>
    public Tensor[] Read(WindowTokens windows)
    {
        using var noGradient = no_grad();
        using var inputIds = windows.InputIds(model.Device);
        using var attentionMask = windows.AttentionMask(model.Device);
        using var output = model.Forward(inputIds, attentionMask, _request);
        return [.. hiddenStates.Select(index => output.HiddenState(index).flatten(0, 1))];
    }

    /// <summary>Why the tokens of a tokenizer cannot be read; empty when they can.</summary>
    /// <param name="model">The language model.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="hiddenStates">The hidden states to read.</param>
    /// <param name="lengthName">The option that holds the length of a window.</param>
    /// <param name="length">Tokens a window; null when the model decides.</param>
    public static IEnumerable<string> Problems(DecoderModel model, TextTokenizer tokenizer, IReadOnlyList<int> hiddenStates, string lengthName, int? length)
    {
        if (hiddenStates.Count == 0)
            yield return "No hidden state is asked for; name at least one.";
        if (VocabularyFit.Problem(tokenizer, model.Config) is { } problem)
            yield return $"Tokenizer and language model do not belong together: {problem}.";
        if (length > model.Config.MaxPositions)
            yield return $"{lengthName} is {length}, but the language model takes at most {model.Config.MaxPositions} tokens.";
    }
}
