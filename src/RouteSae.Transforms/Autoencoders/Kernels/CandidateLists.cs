namespace RouteSae.Autoencoders.Kernels;

/// <summary>The candidates of a block of tokens and their pre-activations, one list after the other, in the order in which threads deliver them.</summary>
internal sealed class CandidateLists(int tokens)
{
    private readonly int[] _starts = new int[tokens];
    private readonly int[] _counts = new int[tokens];
    private readonly Lock _appending = new();
    private int[] _places = new int[64 * tokens];

    /// <summary>The number of tokens.</summary>
    public int Tokens => tokens;

    /// <summary>The number of candidates of all tokens.</summary>
    public int Total { get; private set; }

    /// <summary>The candidates, latents ascending within a token.</summary>
    public int[] Places => _places;

    /// <summary>Their pre-activations; there once every token has its candidates.</summary>
    public float[] Values { get; private set; } = [];

    /// <summary>Where a token's candidates begin.</summary>
    public int Start(int token) => _starts[token];

    /// <summary>How many a token has.</summary>
    public int Count(int token) => _counts[token];

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
                Array.Resize(ref _places, Math.Max(Total, 2 * _places.Length));
            places.CopyTo(_places.AsSpan(start));
            for (var i = 0; i < counts.Length; i++)
            {
                (_starts[firstToken + i], _counts[firstToken + i]) = (start, counts[i]);
                start += counts[i];
            }
        }
    }

    /// <summary>Makes room for the pre-activations.</summary>
    public void MakeValues()
    {
        if (Values.Length < Total)
            Values = GC.AllocateUninitializedArray<float>(Total);
    }
}
