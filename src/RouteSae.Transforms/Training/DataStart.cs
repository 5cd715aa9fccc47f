using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>Starting values that the first batch gives. A model that is trained further keeps what it has learnt: only values that are still those of a new model are set.</summary>
internal static class DataStart
{
    /// <summary>Sets b_pre to the geometric median of what the model encodes, so that latents need not learn the mean. A crosscoder has no b_pre.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hiddenStates">L x [N, D], raw, real tokens only.</param>
    public static void CenterPreBias(AutoencoderModel model, IReadOnlyList<Tensor> hiddenStates)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        switch (model)
        {
            case RouteSaeModel routed when HasNewBiases(routed.Autoencoder):
                routed.Autoencoder.PreBias.copy_(GeometricMedian.Of(routed.Route(hiddenStates).X));
                break;
            case FixedLayersModel fixedLayers when HasNewBiases(fixedLayers.Autoencoder):
                fixedLayers.Autoencoder.PreBias.copy_(GeometricMedian.Of(fixedLayers.Read(hiddenStates, firstToken: 0).X));
                break;
        }
    }

    /// <summary>Lets a kind of autoencoder start where the first batch has about as many active latents as are wanted.</summary>
    /// <param name="model">The model; others than those of one autoencoder and a fixed rule have no such start.</param>
    /// <param name="hiddenStates">L x [N, D], raw, real tokens only.</param>
    /// <param name="activeLatents">The wanted L0.</param>
    public static void ForActiveLatents(AutoencoderModel model, IReadOnlyList<Tensor> hiddenStates, double activeLatents)
    {
        if (model is FixedLayersModel fixedLayers)
        {
            using var scope = NewDisposeScope();
            fixedLayers.Autoencoder.StartFrom(fixedLayers.Read(hiddenStates, firstToken: 0).X, activeLatents);
        }
    }

    /// <summary>Measures the mean and the scale of each hidden state for <see cref="HiddenStateScaling.PerLayer"/>: afterwards the mean square of xᵢ is 1.</summary>
    /// <param name="model">The model; others than a RouteSAE with that scaling have none.</param>
    /// <param name="hiddenStates">L x [N, D], raw, real tokens only.</param>
    public static void MeasureLayers(AutoencoderModel model, IReadOnlyList<Tensor> hiddenStates)
    {
        if (model is not RouteSaeModel { Router: { LayerMean: { } means, LayerScale: { } scales } })
            return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!IsZero(means))
            return;
        for (var place = 0; place < hiddenStates.Count; place++)
        {
            var hidden = hiddenStates[place].to(means.dtype).to(means.device);
            var mean = hidden.mean([0L]);
            means[place].copy_(mean);
            scales[place].copy_((hidden - mean).square().mean().sqrt().clamp_min(Standardization.Epsilon));
        }
    }

    /// <summary>Published autoencoders may have no b_pre and yet be trained: their other biases tell.</summary>
    private static bool HasNewBiases(SparseAutoencoder autoencoder) => IsZero(autoencoder.PreBias) && IsZero(autoencoder.Parameters[1].Value);

    private static bool IsZero(Tensor values) => values.count_nonzero().item<long>() == 0;
}
