namespace RouteSae.Autoencoders.Kernels;

/// <summary>What one thread needs to find and choose the codes of a range of tokens.</summary>
internal sealed unsafe class EncoderScratch : IDisposable
{
    private readonly KernelScratch _keys;
    private readonly KernelScratch _chosen;

    public EncoderScratch(EncoderScreen screen, int latents)
    {
        Screened = new ScreenedCandidates(screen);
        Compared = new FloatCandidates(latents);
        _keys = new KernelScratch(screen.PaddedLatents * sizeof(int));
        _chosen = new KernelScratch(screen.PaddedLatents * sizeof(int));
    }

    public ScreenedCandidates Screened { get; }

    public FloatCandidates Compared { get; }

    /// <summary>The candidates found so far, token by token.</summary>
    public List<int> Found { get; } = [];

    /// <summary>How many each token has.</summary>
    public List<int> Counts { get; } = [];

    public int* Keys => (int*)_keys.Data;

    /// <summary>Places among the candidates of a token.</summary>
    public int* Chosen => (int*)_chosen.Data;

    public void Dispose()
    {
        Screened.Dispose();
        Compared.Dispose();
        _keys.Dispose();
        _chosen.Dispose();
    }
}
