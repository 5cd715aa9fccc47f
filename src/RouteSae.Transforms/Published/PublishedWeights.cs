using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Published;

/// <summary>
/// The weights of a published autoencoder, into which is folded what our autoencoders do not do step by step. Sums are in float64 and are
/// rounded once. The tensors live in the caller's scope and are changed in place.
/// </summary>
/// <param name="Encoder">[M, D], contiguous.</param>
/// <param name="Directions">The decoder's, [M, D], contiguous.</param>
/// <param name="PreBias">[D].</param>
/// <param name="OfLatents">Under our stored names, each [M].</param>
internal sealed record PublishedWeights(Tensor Encoder, Tensor Directions, Tensor PreBias, IReadOnlyDictionary<string, Tensor> OfLatents)
{
    private const int RowsAtATime = 4096;

    /// <summary>The tensors as <see cref="SparseAutoencoder"/> reads them.</summary>
    public Dictionary<string, Tensor> ToStored() => new(OfLatents)
    {
        [SparseAutoencoder.PreBiasName] = PreBias,
        [SparseAutoencoder.EncoderName] = Encoder,
        [SparseAutoencoder.DecoderName] = Directions.t(),
    };

    /// <summary>pre = W_enc x + b becomes W_enc (x − b_pre) + b′, with b′ = b + W_enc b_pre.</summary>
    public void FoldInputBias()
    {
        using var scope = NewDisposeScope();
        var bias = PreBias.to_type(ScalarType.Float64);
        var shift = zeros(Encoder.shape[0], dtype: ScalarType.Float64);
        ForRows(Encoder, (rows, first) => shift.narrow(0, first, rows.shape[0]).copy_(rows.mv(bias)));
        foreach (var (name, values) in OfLatents.Where(pair => pair.Key is SparseAutoencoder.LatentBiasName or GatedAutoencoder.GateBiasName))
            Replace(values, values.to_type(ScalarType.Float64) + shift);
        if (OfLatents.TryGetValue(GatedAutoencoder.MagnitudeBiasName, out var magnitude))
            Replace(magnitude, magnitude.to_type(ScalarType.Float64) + shift * OfLatents[GatedAutoencoder.MagnitudeScaleName].to_type(ScalarType.Float64).exp());
    }

    /// <summary>Pre-activations times ‖d‖, and activations over ‖d‖ before decoding, become an encoder times ‖d‖ and directions of length 1. TopK and ReLU.</summary>
    public void FoldDecoderNorms()
    {
        using var scope = NewDisposeScope();
        var lengths = zeros(Directions.shape[0], 1, dtype: ScalarType.Float64);
        ForRows(Directions, (rows, first) => lengths.narrow(0, first, rows.shape[0]).copy_(rows.norm(1, keepdim: true)));
        var divisors = lengths.where(lengths > 0, ones_like(lengths)); // a latent without a direction is never active
        ChangeRows(Directions, (rows, first) => rows / divisors.narrow(0, first, rows.shape[0]));
        ChangeRows(Encoder, (rows, first) => rows * lengths.narrow(0, first, rows.shape[0]));
        var bias = OfLatents[SparseAutoencoder.LatentBiasName];
        Replace(bias, bias.to_type(ScalarType.Float64) * lengths.squeeze(1));
    }

    /// <summary>An autoencoder of s x becomes one of x.</summary>
    public void FoldActivationScale(double scale)
    {
        using var scope = NewDisposeScope();
        ChangeRows(Encoder, (rows, _) => rows * scale);
        ChangeRows(Directions, (rows, _) => rows / scale);
        Replace(PreBias, PreBias.to_type(ScalarType.Float64) / scale);
    }

    /// <summary>Activations times s before decoding become directions times s.</summary>
    /// <param name="scales">[M].</param>
    public void FoldLatentScales(Tensor scales)
    {
        using var scope = NewDisposeScope();
        var columns = scales.to_type(ScalarType.Float64).unsqueeze(1);
        ChangeRows(Directions, (rows, first) => rows * columns.narrow(0, first, rows.shape[0]));
    }

    private static void ChangeRows(Tensor matrix, Func<Tensor, long, Tensor> change) =>
        ForRows(matrix, (rows, first) => Replace(matrix.narrow(0, first, rows.shape[0]), change(rows, first)));

    private static void ForRows(Tensor matrix, Action<Tensor, long> visit)
    {
        for (long first = 0; first < matrix.shape[0]; first += RowsAtATime)
        {
            using var scope = NewDisposeScope();
            visit(matrix.narrow(0, first, Math.Min(RowsAtATime, matrix.shape[0] - first)).to_type(ScalarType.Float64), first);
        }
    }

    private static void Replace(Tensor values, Tensor precise) => values.copy_(precise);
}
