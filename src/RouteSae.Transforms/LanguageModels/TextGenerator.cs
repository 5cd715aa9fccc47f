using RouteSae.Tokens;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Continues texts with a model and its tokenizer. Owns neither. Safe for concurrent use.</summary>
public sealed class TextGenerator
{
    private readonly DecoderModel _model;
    private readonly TextTokenizer _tokenizer;

    /// <summary>Creates the generator.</summary>
    /// <param name="model">The whole model, output head included.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="ArgumentException">The tokenizer has ids, beside those of added tokens, that the model's embedding does not.</exception>
    public TextGenerator(DecoderModel model, TextTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (VocabularyFit.Problem(tokenizer, model.Config) is { } problem)
            throw new ArgumentException($"Tokenizer and model do not belong together: {problem}.", nameof(tokenizer));
        (_model, _tokenizer) = (model, tokenizer);
    }

    /// <summary>Continues one prompt.</summary>
    /// <param name="prompt">The text to continue; it may be empty if the tokenizer begins texts with a special token.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="cancellationToken">Looked at before every token.</param>
    /// <returns>The prompt and its continuation, without special tokens.</returns>
    public string Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Generate([prompt], options, cancellationToken)[0];

    /// <summary>Continues several prompts at once.</summary>
    /// <param name="prompts">The texts to continue.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="cancellationToken">Looked at before every token.</param>
    /// <returns>Each prompt and its continuation, without special tokens.</returns>
    /// <exception cref="ArgumentException">A prompt has no tokens, or an added one that the model's embedding does not have.</exception>
    public IReadOnlyList<string> Generate(
        IReadOnlyList<string> prompts, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count == 0)
            return [];
        var encoded = prompts.Select(Encode).ToList();
        using var scope = NewDisposeScope();
        var (ids, mask) = PadLeft(encoded);
        using var generated = _model.Generate(ids, mask, options, cancellationToken);
        return [.. encoded.Select((prompt, row) => _tokenizer.Decode(prompt.Concat(generated.NewTokens(row)), skipSpecialTokens: true))];
    }

    private IReadOnlyList<int> Encode(string prompt, int number)
    {
        var ids = _tokenizer.Encode(prompt).Ids;
        VocabularyFit.ThrowIfOutside(ids, _tokenizer, _model.Config);
        return ids.Count > 0
            ? ids
            : throw new ArgumentException($"Prompt {number} has no tokens, and this tokenizer does not begin texts with a special token.", "prompts");
    }

    private (Tensor Ids, Tensor Mask) PadLeft(IReadOnlyList<IReadOnlyList<int>> prompts)
    {
        var longest = prompts.Max(prompt => prompt.Count);
        int?[] fillers = [_tokenizer.Padding, _tokenizer.EndOfSequence];
        var padding = fillers.FirstOrDefault(id => id < _model.Config.VocabularySize) ?? 0;
        var ids = prompts.SelectMany(prompt => Enumerable.Repeat(padding, longest - prompt.Count).Concat(prompt)).Select(id => (long)id);
        var mask = prompts.SelectMany(prompt => Enumerable.Range(0, longest).Select(position => position >= longest - prompt.Count));
        return (tensor(ids.ToArray(), [prompts.Count, longest]), tensor(mask.ToArray(), [prompts.Count, longest]));
    }
}
