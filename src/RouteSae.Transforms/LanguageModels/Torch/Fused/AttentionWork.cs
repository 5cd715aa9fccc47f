using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>Addresses and sizes of an attention over B sequences, and what is done for one key-value head of one of them.</summary>
internal sealed unsafe class AttentionWork<T>
    where T : unmanaged, IRowNumber<T>
{
    public required T* Projected { get; init; } // [B, S, (H + 2 · G) · d]

    public required T* Cosine { get; init; } // [S, d]

    public required T* Sine { get; init; } // [S, d]

    public required T* Result { get; init; } // [B, S, H · d]

    public required int Length { get; init; } // S

    public required int Heads { get; init; } // H

    public required int KeyValueHeads { get; init; } // G

    public required int Size { get; init; } // d

    private int RowWidth => (Heads + 2 * KeyValueHeads) * Size;

    public void Run(long sequence, int keyValueHead, AttentionScratch scratch)
    {
        var rows = Projected + sequence * Length * RowWidth;
        var result = Result + sequence * Length * Heads * Size;
        ReadKeysAndValues(rows + (Heads + keyValueHead) * Size, scratch);
        var sharing = Heads / KeyValueHeads;
        for (var head = keyValueHead * sharing; head < (keyValueHead + 1) * sharing; head++)
        {
            for (var first = 0; first < Length; first += PanelProduct.Rows)
                Attend(rows + head * Size, result + head * Size, first, Math.Min(PanelProduct.Rows, Length - first), scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadKeysAndValues(T* keys, AttentionScratch scratch)
    {
        var values = keys + KeyValueHeads * Size;
        var key = scratch.Result; // not in use yet
        for (var position = 0; position < Length; position++)
        {
            Rotate(keys + (long)position * RowWidth, position, 1, key);
            for (var i = 0; i < Size; i++)
                scratch.Keys[i * scratch.Stride + position] = key[i];
            for (var i = 0; i < Size; i += 16)
                T.Load(values + (long)position * RowWidth + i).Store(scratch.Values + position * Size + i);
        }
    }

    /// <summary>The attention of up to four queries of a head. Rows of the scratch beyond them hold what was there, which nobody reads.</summary>
    private void Attend(T* queries, T* result, int first, int count, AttentionScratch scratch)
    {
        for (var query = 0; query < count; query++)
            Rotate(queries + (long)(first + query) * RowWidth, first + query, 1 / MathF.Sqrt(Size), scratch.Queries + query * Size);
        var seen = first + count;
        var columns = (seen + TensorRows.Step - 1) / TensorRows.Step * TensorRows.Step;
        PanelProduct.Multiply(scratch.Queries, Size, scratch.Keys, scratch.Stride, scratch.Scores, scratch.Stride, Size, columns);
        for (var query = 0; query < count; query++)
            FloatSoftmax.Apply(scratch.Scores + query * scratch.Stride, first + query + 1, columns);
        PanelProduct.Multiply(scratch.Scores, scratch.Stride, scratch.Values, Size, scratch.Result, Size, seen, Size);
        for (var query = 0; query < count; query++)
        {
            var from = scratch.Result + query * Size;
            var to = result + (long)(first + query) * Heads * Size;
            for (var i = 0; i < Size; i += TensorRows.Step)
                T.Store(to + i, Vector512.Load(from + i), Vector512.Load(from + i + 16));
        }
    }

    /// <summary>(a, b) → scale · (a cos − b sin, b cos + a sin).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rotate(T* source, int position, float scale, float* target)
    {
        var half = Size / 2;
        T* cosine = Cosine + position * Size, sine = Sine + position * Size;
        for (var i = 0; i < half; i += 16)
        {
            Vector512<float> a = T.Load(source + i), b = T.Load(source + half + i);
            Vector512<float> c = T.Load(cosine + i) * scale, s = T.Load(sine + i) * scale;
            (a * c - b * s).Store(target + i);
            (b * c + a * s).Store(target + half + i);
        }
    }
}
