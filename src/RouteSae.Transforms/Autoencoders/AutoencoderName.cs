namespace RouteSae.Autoencoders;

internal static class AutoencoderName
{
    /// <summary>The field's name for a kind of autoencoder, with K where it has one.</summary>
    public static string Of(SparseAutoencoder autoencoder) => autoencoder switch
    {
        TopKAutoencoder topK => $"TopK (K = {topK.Architecture.ActiveLatents})",
        ReluAutoencoder => "ReLU",
        GatedAutoencoder => "Gated",
        JumpReluAutoencoder => "JumpReLU",
        _ => autoencoder.GetType().Name,
    };
}
