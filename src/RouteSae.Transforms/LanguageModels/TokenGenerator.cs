using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>The loop of generation: run the model, choose a token a row, append it.</summary>
internal sealed class TokenGenerator
{
    private readonly DecoderModel _model;
    private readonly GenerationOptions _options;
    private readonly IReadOnlyCollection<int> _endOfSequence;
    private readonly double _repetitionPenalty;

    public TokenGenerator(DecoderModel model, GenerationOptions options)
    {
        options.ThrowIfInvalid(model.Config.VocabularySize);
        (_model, _options) = (model, options);
        _endOfSequence = options.EndOfSequence ?? model.Config.EndOfSequence;
        _repetitionPenalty = options.RepetitionPenalty ?? model.Config.RepetitionPenalty;
        if (model.Config.UnsupportedGeneration is { Count: > 0 } rules)
            throw new NotSupportedException($"The files of this {model.Config.ModelType} model ask for {string.Join(", ", rules)} in generation, which is not implemented. Remove it from generation_config.json to generate without.");
    }

    public GeneratedTokens Run(Tensor promptIds, Tensor? attentionMask, CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Check(promptIds, attentionMask);
        using var cache = _options.UseCache ? new KeyValueCache(_model.Config.LayerCount) : null;
        using var choice = new TokenChoice(_options, _model.Device);
        int batch = (int)promptIds.size(0), prompt = (int)promptIds.size(1);
        var rows = new RowEnds(batch, _endOfSequence, _options.Padding ?? _model.Config.Padding);
        var ids = empty([batch, prompt + (long)_options.MaxNewTokens], ScalarType.Int64, _model.Device);
        ids.narrow(1, 0, prompt).copy_(promptIds);
        var mask = FullMask(attentionMask, ids);
        var scores = new List<Tensor>();
        var length = prompt;
        while (length < ids.size(1) && !rows.AllEnded)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var seen = ids.narrow(1, 0, length);
            var next = Penalized(NextScores(seen, mask?.narrow(1, 0, length), cache), seen); // [B, V]
            ids.select(1, length++).copy_(tensor(rows.Accept(choice.Choose(next))));
            if (_options.KeepScores)
                scores.Add(next.MoveToOuterDisposeScope());
        }

        var kept = _options.KeepScores ? stack(scores).MoveToOuterDisposeScope() : null;
        return new GeneratedTokens(ids.narrow(1, 0, length).clone().MoveToOuterDisposeScope(), prompt, rows.Lengths, kept);
    }

    private Tensor Penalized(Tensor scores, Tensor seen)
    {
        if (_repetitionPenalty == 1)
            return scores;
        var old = scores.gather(1, seen);
        return scores.scatter(1, seen, where(old < 0, old * _repetitionPenalty, old / _repetitionPenalty));
    }

    private Tensor NextScores(Tensor ids, Tensor? mask, KeyValueCache? cache)
    {
        var last = _model.Config.LayerCount;
        if (cache is { Length: > 0 } && _model.Rotary.ChangeBetween(cache.Length, ids.size(1), mask))
            cache.Clear();
        var cached = cache?.Length ?? 0;
        var request = new ForwardRequest { HiddenStates = [last], PositionsFromMask = true };
        using var output = _model.Forward(ids.narrow(1, cached, ids.size(1) - cached), mask, request, cache);
        var hidden = output.HiddenState(last);
        return _model.Logits(hidden.select(1, hidden.size(1) - 1)).to_type(ScalarType.Float32);
    }

    /// <summary>The prompts' mask with room for new tokens, all of which count; null when nothing is padded.</summary>
    private static Tensor? FullMask(Tensor? attentionMask, Tensor ids)
    {
        if (attentionMask is null || attentionMask.to_type(ScalarType.Bool).all().item<bool>())
            return null;
        var mask = ones(ids.shape, ScalarType.Bool, ids.device);
        mask.narrow(1, 0, attentionMask.size(1)).copy_(attentionMask.to_type(ScalarType.Bool));
        return mask;
    }

    private void Check(Tensor promptIds, Tensor? attentionMask)
    {
        ForwardCheck.Shapes(promptIds, attentionMask, cached: 0);
        if (_model.Head is null)
            throw new InvalidOperationException($"Generating needs the whole model: this {_model.Config.ModelType} model was loaded up to hidden state {_model.LastHiddenState}, without the output head.");
        if (attentionMask is null)
            return;
        var ends = attentionMask.select(1, attentionMask.size(1) - 1).to_type(ScalarType.Bool).cpu().data<bool>().ToArray();
        if (Array.IndexOf(ends, false) is var row and >= 0)
            throw new ArgumentException($"Row {row} of the prompts ends with padding. Pad on the left: a prompt is continued at its last position.", nameof(attentionMask));
    }
}
