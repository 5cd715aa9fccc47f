using RouteSae.LanguageModels.Torch;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Finds arguments of a forward pass that would otherwise fail in native code, or not at all.</summary>
internal static class ForwardCheck
{
    public static void Shapes(Tensor inputIds, Tensor? attentionMask, long cached)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        if (inputIds.dim() != 2 || inputIds.NumberOfElements == 0)
            throw new ArgumentException($"Token ids have shape {Shown(inputIds.shape)}; [batch, positions] with at least one of each is expected.", nameof(inputIds));
        if (inputIds.dtype is not (ScalarType.Int64 or ScalarType.Int32))
            throw new ArgumentException($"Token ids are {inputIds.dtype}; Int64 is expected.", nameof(inputIds));
        long[] expected = [inputIds.size(0), cached + inputIds.size(1)];
        if (attentionMask is not null && !attentionMask.shape.SequenceEqual(expected))
            throw new ArgumentException($"The mask has shape {Shown(attentionMask.shape)}; the token ids ask for {Shown(expected)}.", nameof(attentionMask));
    }

    /// <summary>An id outside the embedding would read foreign memory or abort in native code.</summary>
    public static void TokenIds(Tensor inputIds, int vocabularySize)
    {
        using var scope = NewDisposeScope();
        var outside = inputIds.lt(0).logical_or(inputIds.ge(vocabularySize));
        if (!outside.any().item<bool>())
            return;
        var place = outside.nonzero()[0].to_type(ScalarType.Int64).cpu();
        long row = place[0].item<long>(), position = place[1].item<long>();
        var id = inputIds[row, position].to_type(ScalarType.Int64).item<long>();
        throw new ArgumentException(
            $"Token id {id} in row {row}, position {position} is outside the vocabulary of {vocabularySize} (ids 0 to {vocabularySize - 1}).", nameof(inputIds));
    }

    /// <summary>A position without a learned vector.</summary>
    public static void Positions(PassContext context, long length, DecoderConfig config)
    {
        if (!config.LearnedPositions || length <= config.MaxPositions)
            return;
        var last = context.Positions.max().item<long>();
        if (last >= config.MaxPositions)
            throw new ArgumentException($"Position {last} does not exist in this {config.ModelType} model, which has learned {config.MaxPositions} positions (0 to {config.MaxPositions - 1}). Shorten the sequences, or split them.", "inputIds");
    }

    public static void Request(ForwardRequest request, DecoderModel model)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (var index in request.HiddenStates.Concat(request.Edits.Keys))
        {
            if (index < 0 || index > model.Config.LayerCount)
                throw new ArgumentOutOfRangeException(nameof(request), index, $"Hidden state {index} does not exist in this {model.Config.ModelType} model (hidden states 0 to {model.Config.LayerCount}).");
            if (index > model.LastHiddenState)
                throw new ArgumentOutOfRangeException(nameof(request), index, $"Hidden state {index} was not loaded: this {model.Config.ModelType} model was loaded up to {model.LastHiddenState}.");
        }

        if (request.Logits && model.Head is null)
            throw new ArgumentException($"Logits need the whole model: this {model.Config.ModelType} model was loaded up to hidden state {model.LastHiddenState}, without the output head.", nameof(request));
        Edits(request, model.Config);
    }

    /// <summary>An edit that changes nothing would look like one that works.</summary>
    private static void Edits(ForwardRequest request, DecoderConfig config)
    {
        var depth = request.Logits ? config.LayerCount : request.HiddenStates.DefaultIfEmpty(-1).Max();
        foreach (var index in request.Edits.Keys)
        {
            if (index == config.LayerCount)
                throw new ArgumentException($"Hidden state {index} of this {config.ModelType} model is after the final norm and cannot be edited. Edit hidden states 0 to {index - 1}.", nameof(request));
            if (index > depth)
                throw new ArgumentException($"The edit of hidden state {index} would do nothing: {Depth(depth)}. Ask for logits or a hidden state from {index} on.", nameof(request));
        }
    }

    private static string Depth(int depth) =>
        depth < 0 ? "neither hidden states nor logits are asked for" : $"the pass ends at hidden state {depth}, the last one asked for";

    private static string Shown(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
