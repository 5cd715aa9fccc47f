namespace RouteSae.LanguageModels.Engine;

/// <summary>Finds arguments of a pass that would read foreign memory or mean nothing.</summary>
internal static class EngineCheck
{
    public static void HiddenStates(IReadOnlyCollection<int> hiddenStates, DecoderEngine engine)
    {
        if (hiddenStates.Count == 0)
        {
            throw new ArgumentException("No hidden state is asked for. Ask for one or more.", nameof(hiddenStates));
        }

        foreach (var index in hiddenStates)
        {
            if (index < 0 || index > engine.Config.LayerCount)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(hiddenStates), index,
                    $"Hidden state {index} does not exist in this {engine.Config.ModelType} model (hidden states 0 to {engine.Config.LayerCount}).");
            }

            if (index > engine.LastHiddenState)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(hiddenStates), index,
                    $"Hidden state {index} was not loaded: this {engine.Config.ModelType} model was loaded up to {engine.LastHiddenState}.");
            }
        }
    }

    public static void Tokens(RaggedTokens tokens, DecoderConfig config)
    {
        for (var text = 0; text < tokens.TextCount; text++)
        {
            var length = tokens.Length(text);
            if (config.LearnedPositions && length > config.MaxPositions)
            {
                throw new ArgumentException(
                    $"Position {length - 1} of text {text} does not exist in this {config.ModelType} model, which has learned {config.MaxPositions} positions (0 to {config.MaxPositions - 1}). Shorten the text, or split it.",
                    nameof(tokens));
            }

            for (var position = 0; position < length; position++)
            {
                var id = tokens.Ids[tokens.Starts[text] + position];
                if ((uint)id >= (uint)config.VocabularySize)
                {
                    throw new ArgumentException(
                        $"Token id {id} in text {text}, position {position} is outside the vocabulary of {config.VocabularySize} (ids 0 to {config.VocabularySize - 1}).",
                        nameof(tokens));
                }
            }
        }
    }
}
