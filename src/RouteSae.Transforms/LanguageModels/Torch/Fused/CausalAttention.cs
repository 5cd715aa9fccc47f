using RouteSae.Kernels;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>
/// Rotary embedding and causal attention of whole sequences without padding on their left, for inference: everything between
/// the two projections in one pass. A work item is a key-value head of a sequence with the query heads that share it; its keys
/// and values lie in the cache, and nothing of the size [S, S] is ever stored.
/// </summary>
internal static unsafe class CausalAttention
{
    /// <summary>Keys and values of more positions would not stay in a core's cache.</summary>
    private const int MostPositions = 2048;

    /// <summary>Whether projections [B, S, (H + 2 · G) · d] suit the kernel.</summary>
    public static bool Fits(Tensor projected, int headSize) =>
        projected.size(1) <= MostPositions && TensorRows.Fit(projected, headSize);

    /// <summary>Projected [B, S, (H + 2 · G) · d], cosine and sine [S, d] of the same type → [B, S, H · d].</summary>
    public static Tensor Run<T>(Tensor projected, Tensor cosine, Tensor sine, int heads, int keyValueHeads, int headSize)
        where T : unmanaged, IRowNumber<T>
    {
        var result = empty([projected.size(0), projected.size(1), heads * headSize], T.Type, CPU);
        var work = new AttentionWork<T>
        {
            Projected = TensorRows.Data<T>(projected),
            Cosine = TensorRows.Data<T>(cosine),
            Sine = TensorRows.Data<T>(sine),
            Result = TensorRows.Data<T>(result),
            Length = (int)projected.size(1),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            Size = headSize,
        };
        Parallel.For(
            0L,
            projected.size(0) * keyValueHeads,
            new ParallelOptions { MaxDegreeOfParallelism = TorchRuntime.Threads },
            () => new AttentionScratch(work.Length, headSize),
            (item, _, scratch) =>
            {
                work.Run(item / keyValueHeads, (int)(item % keyValueHeads), scratch);
                return scratch;
            },
            scratch => scratch.Dispose());
        GC.KeepAlive((projected, cosine, sine));
        return result;
    }
}
