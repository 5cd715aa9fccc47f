using RouteSae.Autoencoders;

namespace RouteSae.Evaluation;

/// <summary>L0: how many latents are active in a code, on average.</summary>
public sealed class MeanActiveLatents
{
    private long _active;

    /// <summary>The number of codes seen: one a token, L where each hidden state of a token has a code.</summary>
    public long Codes { get; private set; }

    /// <summary>The mean so far; NaN before the first code.</summary>
    public double Value => (double)_active / Codes;

    /// <summary>Takes note of a batch.</summary>
    public void Add(SparseCodes codes)
    {
        _active += codes.CountActive();
        Codes += codes.Tokens;
    }
}
