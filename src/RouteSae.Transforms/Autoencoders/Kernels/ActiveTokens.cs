using System.Runtime.CompilerServices;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>The codes of N tokens sorted by latent: for each latent its tokens, ascending, with their activations and gradients.</summary>
internal sealed unsafe class ActiveTokens
{
    private readonly int[] _ends; // [M]

    /// <summary>Sorts.</summary>
    /// <param name="codes">[N, K]; slots with value and gradient 0 are left out.</param>
    /// <param name="gradients">∂/∂z, [N, K].</param>
    /// <param name="latents">M.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ActiveTokens(SparseCodes codes, TorchSharp.torch.Tensor gradients, int latents)
    {
        var (tokens, slots) = ((int)codes.Tokens, codes.Slots);
        var total = tokens * slots;
        long* indices = TensorData.Longs(codes.Indices);
        float* z = TensorData.Floats(codes.Values), dz = TensorData.Floats(gradients);
        _ends = new int[latents];
        Tokens = GC.AllocateUninitializedArray<int>(total);
        Values = GC.AllocateUninitializedArray<float>(total);
        Gradients = GC.AllocateUninitializedArray<float>(total);
        BiasGradients = new float[latents];
        for (var i = 0; i < total; i++)
            _ends[indices[i]] += z[i] == 0 && dz[i] == 0 ? 0 : 1;
        for (int j = 0, sum = 0; j < latents; j++)
            (_ends[j], sum) = (sum, sum + _ends[j]);
        for (var t = 0; t < tokens; t++)
        {
            for (var i = t * slots; i < (t + 1) * slots; i++)
            {
                if (z[i] == 0 && dz[i] == 0)
                    continue;
                var latent = indices[i];
                var place = _ends[latent]++;
                (Tokens[place], Values[place], Gradients[place]) = (t, z[i], dz[i]);
                BiasGradients[latent] += dz[i];
            }
        }
        GC.KeepAlive(codes);
        GC.KeepAlive(gradients);
    }

    /// <summary>The tokens on which a latent is active, latent by latent.</summary>
    public int[] Tokens { get; }

    /// <summary>z there.</summary>
    public float[] Values { get; }

    /// <summary>∂/∂z there.</summary>
    public float[] Gradients { get; }

    /// <summary>Σ ∂/∂z over the tokens, the gradient of b_lat, [M].</summary>
    public float[] BiasGradients { get; }

    /// <summary>Where a latent's tokens begin.</summary>
    public int Start(int latent) => latent == 0 ? 0 : _ends[latent - 1];

    /// <summary>Where they end.</summary>
    public int End(int latent) => _ends[latent];
}
