namespace RouteSae.Features;

/// <summary>Makes the <see cref="TextCodes"/> of the texts of a batch from the codes of its tokens.</summary>
/// <param name="latents">M.</param>
/// <param name="codes">The codes of all pooled tokens of the batch, text by text.</param>
/// <param name="hiddenStates">The hidden states among which <see cref="TokenCodes.Chosen"/> points.</param>
internal sealed class TextCodesBuilder(int latents, TokenCodes codes, IReadOnlyList<int> hiddenStates)
{
    /// <summary>The codes of one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="first">Its first pooled token among those of the batch.</param>
    /// <param name="end">Behind its last one.</param>
    public TextCodes Build(PreparedText text, int first, int end)
    {
        var count = 0;
        for (var i = first * codes.Slots; i < end * codes.Slots; i++)
        {
            count += codes.Values[i] != 0 ? 1 : 0;
        }

        var (firsts, active, values) = (new int[end - first + 1], new int[count], new float[count]);
        var next = 0;
        for (var token = first; token < end; token++)
        {
            firsts[token - first] = next;
            for (var slot = token * codes.Slots; slot < (token + 1) * codes.Slots; slot++)
            {
                if (codes.Values[slot] != 0)
                {
                    (active[next], values[next]) = ((int)codes.Latents[slot], codes.Values[slot]);
                    next++;
                }
            }
        }

        firsts[^1] = next;
        return new TextCodes(latents, Tokens(text, first, end), firsts, active, values, MeanActivation(first, end)) { Truncated = text.Truncated };
    }

    private TextCodesToken[] Tokens(PreparedText text, int first, int end)
    {
        var tokens = new TextCodesToken[end - first];
        var next = 0;
        for (var token = 0; token < text.Length && next < tokens.Length; token++)
        {
            if (text.Pooled[token])
            {
                tokens[next] = new TextCodesToken(
                    text.Ids[token], text.Spans[token], hiddenStates[(int)codes.Chosen[first + next]], codes.Probability[first + next]);
                next++;
            }
        }

        return tokens;
    }

    private float[]? MeanActivation(int first, int end)
    {
        if (codes.Activations is not { } activations || first == end)
        {
            return null;
        }

        var width = activations.Length / codes.Chosen.Length;
        var sums = new double[width];
        for (var token = first; token < end; token++)
        {
            for (var i = 0; i < width; i++)
            {
                sums[i] += activations[token * width + i];
            }
        }

        return [.. sums.Select(sum => (float)(sum / (end - first)))];
    }
}
