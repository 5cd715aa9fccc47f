using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using RouteSae.LanguageModels.Torch.Fused;
using static TorchSharp.torch;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// Output head and cross-entropy in one: logits of a block of tokens are turned in place into their gradient
/// (softmax − one-hot) / N, so that no second [N, V] array and no autograd graph is needed.
/// </summary>
internal static unsafe class CrossEntropyHead
{
    private const int BlockTokens = 2048;

    /// <summary>
    /// Mean cross-entropy in nats of hidden [N, D] (bfloat16) against targets I64 [N] under the head [V, D] (bfloat16).
    /// Returns the gradient of hidden, and adds that of the head to <paramref name="headGradient"/> [V, D] (float32).
    /// </summary>
    public static (double Loss, Tensor HiddenGradient) Backward(Tensor hidden, Tensor targets, Tensor head, Tensor headGradient)
    {
        if (head.size(0) % TensorRows.Step != 0)
            throw new ArgumentException($"The vocabulary has {head.size(0)} entries; the kernel needs a multiple of {TensorRows.Step}.", nameof(head));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var gradient = empty_like(hidden);
        var total = hidden.size(0);
        var loss = 0.0;
        for (long start = 0; start < total; start += BlockTokens)
        {
            using var block = NewDisposeScope();
            var count = Math.Min(BlockTokens, total - start);
            var rows = hidden.narrow(0, start, count);
            var logits = rows.matmul(head.t());
            loss += LossAndGradient(logits, targets.narrow(0, start, count), 1f / total);
            gradient.narrow(0, start, count).copy_(logits.matmul(head));
            headGradient.add_(logits.t().matmul(rows).to_type(ScalarType.Float32));
        }
        return (loss / total, gradient.MoveToOuterDisposeScope());
    }

    /// <summary>Sum of the cross-entropies of logits [N, V] (bfloat16, contiguous); overwrites them with their gradient.</summary>
    private static double LossAndGradient(Tensor logits, Tensor targets, float scale)
    {
        int rows = (int)logits.size(0), columns = (int)logits.size(1);
        var data = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(logits.bytes));
        var target = targets.data<long>().ToArray();
        var losses = new double[rows];
        Parallel.For(0, (rows + 63) / 64, part =>
        {
            var scratch = new float[columns];
            for (var row = part * 64; row < Math.Min(rows, part * 64 + 64); row++)
                losses[row] = Row((ushort*)data + (long)row * columns, columns, (int)target[row], scale, scratch);
        });
        return losses.Sum();
    }

    private static double Row(ushort* row, int columns, int target, float scale, Span<float> scratch)
    {
        ref var start = ref MemoryMarshal.GetReference(scratch);
        var width = Vector512<float>.Count;
        var most = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < columns; i += width)
        {
            var value = BFloat16Bits.Load(row + i);
            Vector512.StoreUnsafe(value, ref start, (nuint)i);
            most = Vector512.Max(most, value);
        }
        var max = float.NegativeInfinity;
        for (var i = 0; i < width; i++)
            max = Math.Max(max, most[i]);
        var logit = scratch[target];
        var sums = Vector512<float>.Zero;
        for (var i = 0; i < columns; i += width)
        {
            var e = Vector512.Exp(Vector512.LoadUnsafe(ref start, (nuint)i) - Vector512.Create(max));
            Vector512.StoreUnsafe(e, ref start, (nuint)i);
            sums += e;
        }
        var sum = Vector512.Sum(sums);
        var factor = Vector512.Create(scale / sum);
        for (var i = 0; i < columns; i += TensorRows.Step)
        {
            BFloat16Bits.Store(
                row + i,
                Vector512.LoadUnsafe(ref start, (nuint)i) * factor,
                Vector512.LoadUnsafe(ref start, (nuint)(i + width)) * factor);
        }
        var atTarget = scratch[target] * (scale / sum) - scale;
        row[target] = (ushort)(BitConverter.SingleToUInt32Bits(atTarget) + 0x8000 >> 16);
        return Math.Log(sum) + max - logit;
    }
}
