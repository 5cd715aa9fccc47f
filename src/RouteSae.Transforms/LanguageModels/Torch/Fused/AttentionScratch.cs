using System.Runtime.InteropServices;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>A worker's memory for one key-value head of a sequence of S positions (S' = S rounded up to whole steps), and for four queries.</summary>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private const int CacheLine = 64;

    private readonly float* _memory;

    public AttentionScratch(int length, int headSize)
    {
        Stride = (length + TensorRows.Step - 1) / TensorRows.Step * TensorRows.Step;
        var (panel, rows) = (Stride * headSize, PanelProduct.Rows);
        var numbers = 2 * panel + rows * (Stride + 2 * headSize);
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)numbers * sizeof(float), CacheLine);
        new Span<float>(_memory, numbers).Clear();
        Keys = _memory;
        Values = Keys + panel;
        Queries = Values + panel;
        Scores = Queries + rows * headSize;
        Result = Scores + rows * Stride;
    }

    /// <summary>S'.</summary>
    public int Stride { get; }

    /// <summary>Rotated keys, transposed: [d, S'].</summary>
    public float* Keys { get; }

    /// <summary>[S', d].</summary>
    public float* Values { get; }

    /// <summary>Rotated and scaled: [4, d].</summary>
    public float* Queries { get; }

    /// <summary>Scores, then weights: [4, S'].</summary>
    public float* Scores { get; }

    /// <summary>[4, d].</summary>
    public float* Result { get; }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
