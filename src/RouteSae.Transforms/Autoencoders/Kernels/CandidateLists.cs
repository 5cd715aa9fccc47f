namespace RouteSae.Autoencoders.Kernels;

/// <summary>The candidates of a block of tokens and their pre-activations, one list after the other, in the order in which threads deliver them.</summary>
internal sealed class CandidateLists
{
    private readonly Lock _appending = new();
    private int[] _starts = [];
    private int[] _counts = [];
    private int[] _places = [];
    private float[] _values = [];
    private int[] _tokensByLatent = [];
    private int[] _slotsByLatent = [];

    /// <summary>The number of tokens.</summary>
    public int Tokens { get; private set; }

    /// <summary>The number of candidates of all tokens.</summary>
    public int Total { get; private set; }

    /// <summary>The candidates, latents ascending within a token.</summary>
    public int[] Places => _places;

    /// <summary>Their pre-activations; there once every token has its candidates.</summary>
    public float[] Values => _values;

    /// <summary>Room for a token of each candidate.</summary>
    public int[] TokensByLatent => _tokensByLatent;

    /// <summary>Room for a place in <see cref="Values"/> of each candidate.</summary>
    public int[] SlotsByLatent => _slotsByLatent;

    /// <summary>Where a token's candidates begin.</summary>
    public int Start(int token) => _starts[token];

    /// <summary>How many a token has.</summary>
    public int Count(int token) => _counts[token];

    /// <summary>Forgets everything.</summary>
    /// <param name="tokens">How many tokens come now.</param>
    public void Begin(int tokens)
    {
        (Tokens, Total) = (tokens, 0);
        Reserve(ref _starts, tokens);
        Reserve(ref _counts, tokens);
    }

    /// <summary>Takes over the candidates of consecutive tokens. Thread-safe.</summary>
    /// <param name="firstToken">The first of them.</param>
    /// <param name="counts">How many each has.</param>
    /// <param name="places">The candidates, token by token.</param>
    public void Append(int firstToken, ReadOnlySpan<int> counts, ReadOnlySpan<int> places)
    {
        lock (_appending)
        {
            var start = Total;
            Total += places.Length;
            if (Total > _places.Length)
                Array.Resize(ref _places, Math.Max(Total, 2 * _places.Length)); // doubles, so that copying stays cheap
            places.CopyTo(_places.AsSpan(start));
            for (var i = 0; i < counts.Length; i++)
            {
                (_starts[firstToken + i], _counts[firstToken + i]) = (start, counts[i]);
                start += counts[i];
            }
        }
    }

    /// <summary>Makes room for the pre-activations.</summary>
    public void MakeValues() => Reserve(ref _values, Total);

    /// <summary>Makes room for the candidates in the order of the latents.</summary>
    public void MakeOrder()
    {
        Reserve(ref _tokensByLatent, Total);
        Reserve(ref _slotsByLatent, Total);
    }

    private static void Reserve<T>(ref T[] array, int count)
    {
        if (array.Length < count)
            array = GC.AllocateUninitializedArray<T>(count + count / 4);
    }
}
