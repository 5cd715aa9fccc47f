using RouteSae.Kernels;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>What one thread needs to find and choose the codes of a range of tokens.</summary>
internal sealed unsafe class EncoderScratch : IDisposable
{
    private readonly KernelScratch _keys;
    private readonly KernelScratch _chosen;
    private readonly int _latents;
    private KernelScratch? _all;
    private KernelScratch? _values;

    public EncoderScratch(EncoderScreen screen, int latents)
    {
        _latents = latents;
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

    /// <summary>Every latent: the candidates of a token that no screen can help.</summary>
    public int* All
    {
        get
        {
            if (_all is null)
            {
                _all = new KernelScratch(_latents * sizeof(int));
                for (var j = 0; j < _latents; j++)
                    ((int*)_all.Value.Data)[j] = j;
            }
            return (int*)_all.Value.Data;
        }
    }

    /// <summary>Room for the pre-activations of every latent.</summary>
    public float* Values => (float*)(_values ??= new KernelScratch(_latents * sizeof(float))).Data;

    /// <summary>Empties the lists of candidates.</summary>
    public void Forget()
    {
        Found.Clear();
        Counts.Clear();
    }

    public void Dispose()
    {
        _all?.Dispose();
        _values?.Dispose();
        Screened.Dispose();
        Compared.Dispose();
        _keys.Dispose();
        _chosen.Dispose();
    }
}
