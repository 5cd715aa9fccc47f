using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Features;

/// <summary>The codes of an autoencoder that reads one hidden state, in ordinary memory.</summary>
internal static class SingleLayerCodes
{
    /// <summary>Values of dense codes that are in memory together, 64 MB as float32. TopK has none.</summary>
    private const int DenseValues = 1 << 24;

    /// <summary>Encodes the wanted tokens, as many at a time as memory allows.</summary>
    /// <param name="model">The autoencoder.</param>
    /// <param name="hiddenState">Of all tokens, raw, [T, D].</param>
    /// <param name="wanted">Rows of it, N of them.</param>
    /// <param name="activations">Whether what the autoencoder read is wanted too.</param>
    public static TokenCodes Encode(SingleLayerModel model, Tensor hiddenState, long[] wanted, bool activations)
    {
        var rows = model.Autoencoder.EncodesSparsely ? wanted.Length : Math.Max(1, DenseValues / model.Latents);
        List<TokenCodes> blocks = [.. wanted.Chunk(rows).Select(block => EncodeBlock(model, hiddenState, block, activations))];
        return blocks.Count == 1 ? blocks[0] : Join(blocks, wanted.Length);
    }

    private static TokenCodes EncodeBlock(SingleLayerModel model, Tensor hiddenState, long[] wanted, bool activations)
    {
        using var scope = NewDisposeScope();
        var reading = model.Read([hiddenState.index_select(0, tensor(wanted, device: hiddenState.device))], firstToken: 0);
        var codes = model.Autoencoder.Encode(reading.X);
        return new TokenCodes(
            codes.Indices.cpu().contiguous().data<long>().ToArray(),
            codes.Values.cpu().contiguous().data<float>().ToArray(),
            codes.Slots,
            new long[wanted.Length],
            [.. Enumerable.Repeat(1f, wanted.Length)])
        {
            Activations = activations ? TokenEncoder.Floats(reading.X) : null,
        };
    }

    private static TokenCodes Join(List<TokenCodes> blocks, int tokens)
    {
        var slots = blocks.Max(block => block.Slots);
        var joined = new TokenCodes(new long[tokens * slots], new float[tokens * slots], slots, new long[tokens], [.. Enumerable.Repeat(1f, tokens)])
        {
            Activations = blocks[0].Activations is null ? null : [.. blocks.SelectMany(block => block.Activations!)],
        };
        var token = 0;
        foreach (var block in blocks)
        {
            for (var row = 0; row < block.Chosen.Length; row++, token++)
            {
                block.LatentsOf(row).CopyTo(joined.Latents.AsSpan(token * slots));
                block.ValuesOf(row).CopyTo(joined.Values.AsSpan(token * slots));
            }
        }

        return joined;
    }
}
