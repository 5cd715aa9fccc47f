using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Features;

/// <summary>Tokens to codes: language model, router, autoencoder. Owns the networks.</summary>
internal sealed class TokenEncoder(DecoderModel languageModel, RouteSaeModel autoencoder, Device device) : IDisposable
{
    /// <summary>Pre-activations of a chunk of tokens that are in memory at once: 64 MB of singles.</summary>
    private const int ElementsPerChunk = 1 << 24;

    private readonly ForwardRequest _request = new() { HiddenStates = autoencoder.Architecture.RoutedHiddenStates };

    public RouteSaeArchitecture Architecture => autoencoder.Architecture;

    public DecoderModel LanguageModel => languageModel;

    public RouteSaeModel Autoencoder => autoencoder;

    /// <summary>Computes the codes of the wanted tokens of a batch.</summary>
    /// <param name="ids">Token ids, B rows of S, padded on the right with any id.</param>
    /// <param name="length">S.</param>
    /// <param name="wanted">The tokens whose codes are wanted, as places in <paramref name="ids"/>; N of them, at least one.</param>
    public TokenCodes Encode(long[] ids, int length, long[] wanted)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var input = tensor(ids, [ids.Length / length, length], device: device);

        // No mask: a causal model's tokens do not see the padding to their right.
        using var output = languageModel.Forward(input, null, _request);
        var rows = tensor(wanted, device: device);
        var hiddenStates = _request.HiddenStates.Select(index =>
            output.HiddenState(index).flatten(0, 1).index_select(0, rows).to_type(ScalarType.Float32)).ToList(); // L x [N, D]
        return Encode(hiddenStates);
    }

    public void Dispose()
    {
        languageModel.Dispose();
        autoencoder.Dispose();
    }

    private TokenCodes Encode(IReadOnlyList<Tensor> hiddenStates)
    {
        using var routed = autoencoder.Route(hiddenStates);
        var probability = routed.Probabilities.gather(1, routed.Chosen.unsqueeze(1));
        var (latents, values, slots) = Encode(routed.X);
        return new TokenCodes(latents, values, slots, routed.Chosen.cpu().data<long>().ToArray(), probability.cpu().data<float>().ToArray());
    }

    private (long[] Latents, float[] Values, int Slots) Encode(Tensor routed)
    {
        var tokens = (int)routed.shape[0];
        var chunk = Math.Max(64, ElementsPerChunk / Architecture.Latents);
        long[] latents = [];
        float[] values = [];
        var slots = 0;
        for (var start = 0; start < tokens; start += chunk)
        {
            using var codes = autoencoder.Encode(routed.narrow(0, start, Math.Min(chunk, tokens - start)));
            if (start == 0)
            {
                slots = codes.Slots;
                latents = new long[tokens * slots];
                values = new float[tokens * slots];
            }

            codes.Indices.cpu().contiguous().data<long>().CopyTo(latents, start * slots);
            codes.Values.cpu().contiguous().data<float>().CopyTo(values, start * slots);
        }

        return (latents, values, slots);
    }
}
