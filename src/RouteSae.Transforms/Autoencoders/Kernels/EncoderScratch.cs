namespace RouteSae.Autoencoders.Kernels;

/// <summary>What one thread needs to choose the codes of a token.</summary>
internal sealed unsafe class EncoderScratch : IDisposable
{
    private readonly KernelScratch _values;
    private readonly KernelScratch _keys;
    private readonly KernelScratch _chosen;
    private readonly KernelScratch _all;

    public EncoderScratch(EncoderScreen screen, int latents)
    {
        Screened = new ScreenedCandidates(screen);
        Compared = new FloatCandidates(latents);
        _values = new KernelScratch(screen.PaddedLatents * sizeof(float));
        _keys = new KernelScratch(screen.PaddedLatents * sizeof(int));
        _chosen = new KernelScratch(screen.PaddedLatents * sizeof(int));
        _all = new KernelScratch(latents * sizeof(int));
        for (var j = 0; j < latents; j++)
            All[j] = j;
    }

    public ScreenedCandidates Screened { get; }

    public FloatCandidates Compared { get; }

    /// <summary>The candidates' pre-activations.</summary>
    public float* Values => (float*)_values.Data;

    public int* Keys => (int*)_keys.Data;

    /// <summary>Places among the candidates.</summary>
    public int* Chosen => (int*)_chosen.Data;

    /// <summary>Every latent.</summary>
    public int* All => (int*)_all.Data;

    public void Dispose()
    {
        Screened.Dispose();
        Compared.Dispose();
        _values.Dispose();
        _keys.Dispose();
        _chosen.Dispose();
        _all.Dispose();
    }
}
