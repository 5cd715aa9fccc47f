using System.Runtime.CompilerServices;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>The codes of N tokens sorted by latent: for each latent its tokens, ascending, with their activations and gradients.</summary>
internal sealed unsafe class ActiveTokens(int latents)
{
    private readonly int[] _ends = new int[latents];

    /// <summary>The tokens on which a latent is active, latent by latent.</summary>
    public ActiveToken[] Tokens { get; private set; } = [];

    /// <summary>Σ ∂/∂z over the tokens, the gradient of b_lat, [M].</summary>
    public float[] BiasGradients { get; } = new float[latents];

    /// <summary>Where a latent's tokens begin.</summary>
    public int Start(int latent) => latent == 0 ? 0 : _ends[latent - 1];

    /// <summary>Where they end.</summary>
    public int End(int latent) => _ends[latent];

    /// <summary>Sorts the codes of a batch.</summary>
    /// <param name="codes">[N, K]; slots with value and gradient 0 are left out.</param>
    /// <param name="gradients">∂/∂z, [N, K].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sort(SparseCodes codes, Tensor gradients)
    {
        var (tokens, slots) = ((int)codes.Tokens, codes.Slots);
        if (Tokens.Length < tokens * slots)
            Tokens = GC.AllocateUninitializedArray<ActiveToken>(tokens * slots);
        long* indices = TensorData.Longs(codes.Indices);
        float* z = TensorData.Floats(codes.Values), dz = TensorData.Floats(gradients);
        Array.Clear(_ends);
        Array.Clear(BiasGradients);
        for (var i = 0; i < tokens * slots; i++)
            _ends[indices[i]] += z[i] == 0 && dz[i] == 0 ? 0 : 1;
        for (int j = 0, sum = 0; j < latents; j++)
            (_ends[j], sum) = (sum, sum + _ends[j]);
        for (var t = 0; t < tokens; t++)
        {
            for (var i = t * slots; i < (t + 1) * slots; i++)
            {
                if (z[i] == 0 && dz[i] == 0)
                    continue;
                Tokens[_ends[indices[i]]++] = new ActiveToken(t, z[i], dz[i]);
                BiasGradients[indices[i]] += dz[i];
            }
        }
        GC.KeepAlive(codes);
        GC.KeepAlive(gradients);
    }
}
