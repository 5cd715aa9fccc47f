using System.Runtime.CompilerServices;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// The gradient of the router: from ∂/∂x of the routed activation to ∂/∂pᵢ and on through the softmax,
/// ∂/∂logitᵢ = pᵢ (∂/∂pᵢ − Σ pₖ ∂/∂pₖ).
/// </summary>
internal static unsafe class RouterGradient
{
    private const int TokensOfRange = 64;

    /// <summary>
    /// ∂/∂p* of hard routing, x = p* x*: ⟨∂/∂x, x⟩ / p*. The encoder's part of ⟨∂/∂x, x⟩ is Σ ∂zₖ W_enc[jₖ]·x, and
    /// W_enc[j]·x = pre_j − b_lat[j] + W_enc[j]·b_pre, so that ∂/∂x itself need not be computed.
    /// </summary>
    /// <param name="routed">The routing.</param>
    /// <param name="codes">[N, K].</param>
    /// <param name="codeGradients">∂/∂z, [N, K].</param>
    /// <param name="offsets">W_enc[j]·b_pre − b_lat[j], [M].</param>
    /// <param name="targetGradients">⟨∂/∂x, x⟩ of the reconstruction's target, one a token; null when the target is held constant.</param>
    /// <param name="probabilityGradients">Takes ∂/∂p, [N, L].</param>
    public static void OfChosen(
        RoutedTokens routed, SparseCodes codes, Tensor codeGradients, Tensor offsets, float[]? targetGradients, float[] probabilityGradients)
    {
        var (slots, layers) = (codes.Slots, (int)routed.Probabilities.shape[1]);
        float* p = TensorData.Floats(routed.Probabilities), z = TensorData.Floats(codes.Values), dz = TensorData.Floats(codeGradients), offset = TensorData.Floats(offsets);
        long* chosen = TensorData.Longs(routed.Chosen), indices = TensorData.Longs(codes.Indices);
        KernelLoop.For((int)codes.Tokens, TokensOfRange, (first, end) =>
        {
            for (var t = first; t < end; t++)
            {
                var along = targetGradients is null ? 0 : targetGradients[t];
                for (var i = t * slots; i < (t + 1) * slots; i++)
                    along = MathF.FusedMultiplyAdd(dz[i], z[i] + offset[indices[i]], along);
                var place = t * layers + (int)chosen[t];
                probabilityGradients[place] += along / p[place];
            }
        });
        GC.KeepAlive(codes);
        GC.KeepAlive(codeGradients);
        GC.KeepAlive(offsets);
    }

    /// <summary>∂/∂logit, [N, L]. The caller owns it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Tensor ThroughSoftmax(Tensor probabilities, float[] probabilityGradients)
    {
        var result = empty_like(probabilities);
        var layers = (int)probabilities.shape[1];
        float* p = TensorData.Floats(probabilities), target = TensorData.Floats(result);
        for (var token = 0; token < probabilityGradients.Length; token += layers)
        {
            var mean = 0f;
            for (var l = token; l < token + layers; l++)
                mean += p[l] * probabilityGradients[l];
            for (var l = token; l < token + layers; l++)
                target[l] = p[l] * (probabilityGradients[l] - mean);
        }
        return result;
    }
}
