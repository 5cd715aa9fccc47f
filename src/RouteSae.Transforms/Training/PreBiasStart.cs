using RouteSae.Autoencoders;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>Where b_pre starts: at the geometric median of what the model encodes, so that latents need not learn the mean.</summary>
internal static class PreBiasStart
{
    /// <summary>Sets b_pre from the first batch. A crosscoder has none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hiddenStates">L x [N, D], raw, real tokens only.</param>
    /// <exception cref="InvalidOperationException">A hidden state is NaN or infinite.</exception>
    public static void Center(AutoencoderModel model, IReadOnlyList<Tensor> hiddenStates)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, model.HiddenStates, batch: 1);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        switch (model)
        {
            case RouteSaeModel routed:
                routed.Autoencoder.PreBias.copy_(GeometricMedian.Of(routed.Route(hiddenStates).X));
                break;
            case FixedLayersModel fixedLayers:
                fixedLayers.Autoencoder.PreBias.copy_(GeometricMedian.Of(fixedLayers.Read(hiddenStates, firstToken: 0).X));
                break;
        }
    }
}
