using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.Features;

/// <summary>Tokens to codes: language model, router where there is one, autoencoder. Owns the networks.</summary>
/// <param name="languageModel">Loaded up to the last hidden state that the autoencoder reads.</param>
/// <param name="autoencoder">A <see cref="RouteSaeModel"/> or a <see cref="SingleLayerModel"/>.</param>
/// <param name="device">Where both compute.</param>
internal sealed class TokenEncoder(DecoderModel languageModel, AutoencoderModel autoencoder, Device device) : IDisposable
{
    private readonly ForwardRequest _request = new() { HiddenStates = autoencoder.HiddenStates };

    public DecoderModel LanguageModel => languageModel;

    public AutoencoderModel Autoencoder => autoencoder;

    /// <summary>Computes the codes of the wanted tokens of a batch.</summary>
    /// <param name="ids">Token ids, B rows of S, padded on the right with any id.</param>
    /// <param name="length">S.</param>
    /// <param name="wanted">The tokens whose codes are wanted, as places in <paramref name="ids"/>; N of them, at least one.</param>
    /// <param name="activations">Whether what the autoencoder read is wanted too.</param>
    public TokenCodes Encode(long[] ids, int length, long[] wanted, bool activations = false)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var input = tensor(ids, [ids.Length / length, length], device: device);

        // No mask: a causal model's tokens do not see the padding to their right.
        using var output = languageModel.Forward(input, null, _request);
        var hiddenStates = _request.HiddenStates.Select(index => output.HiddenState(index).flatten(0, 1)).ToList(); // L x [B · S, D]
        return autoencoder switch
        {
            RouteSaeModel routed => Encode(routed, hiddenStates, wanted, activations),
            SingleLayerModel single => SingleLayerCodes.Encode(single, hiddenStates[0], wanted, activations),
            _ => throw new NotSupportedException($"{autoencoder.Description} has no single code a token."),
        };
    }

    public void Dispose()
    {
        languageModel.Dispose();
        autoencoder.Dispose();
    }

    private static TokenCodes Encode(RouteSaeModel model, IReadOnlyList<Tensor> hiddenStates, long[] wanted, bool activations)
    {
        var routed = model.Router.RouteRows(hiddenStates, wanted);
        var probability = routed.Probabilities.gather(1, routed.Chosen.unsqueeze(1));
        var codes = model.Encode(routed.X);
        return new TokenCodes(
            codes.Indices.cpu().contiguous().data<long>().ToArray(),
            codes.Values.cpu().contiguous().data<float>().ToArray(),
            codes.Slots,
            routed.Chosen.cpu().data<long>().ToArray(),
            probability.cpu().data<float>().ToArray())
        {
            Activations = activations ? Floats(routed.X) : null,
        };
    }

    internal static float[] Floats(Tensor values) => values.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
