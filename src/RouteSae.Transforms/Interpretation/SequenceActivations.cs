using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Interpretation;

/// <summary>The real tokens of a batch of sequences and the codes of them, in ordinary memory.</summary>
internal sealed class SequenceActivations
{
    private readonly long[] _latents; // [R, K]
    private readonly float[] _values; // [R, K]
    private readonly int _slots;

    /// <summary>Reads a batch.</summary>
    /// <param name="inputIds">Token ids, I64 [B, S].</param>
    /// <param name="codes">Codes of the N real tokens, row after row; of a multi-layer model L times N, hidden state by hidden state.</param>
    /// <param name="realTokens">Bool [B, S]; null when all tokens are real.</param>
    /// <param name="latents">M.</param>
    /// <exception cref="ArgumentException">The shapes do not agree, a latent does not exist, or an activation is NaN or infinite.</exception>
    public SequenceActivations(Tensor inputIds, SparseCodes codes, Tensor? realTokens, int latents)
    {
        Check(inputIds, realTokens);
        using var scope = NewDisposeScope();
        (Ids, Starts) = RealTokens(inputIds, realTokens);
        if (Ids.Length == 0 ? codes.Tokens > 0 : codes.Tokens == 0 || codes.Tokens % Ids.Length != 0)
            throw new ArgumentException($"There are codes of {codes.Tokens} activations for {Ids.Length} real tokens. Give the codes of the real tokens alone, as many for each.", nameof(codes));
        _slots = codes.Slots;
        _latents = codes.Indices.cpu().contiguous().data<long>().ToArray();
        _values = codes.Values.detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        CheckCodes(latents);
    }

    /// <summary>The ids of the real tokens, [N].</summary>
    public int[] Ids { get; }

    /// <summary>Where each sequence begins in <see cref="Ids"/>, and the end of the last one.</summary>
    public int[] Starts { get; }

    /// <summary>The activations above a threshold of 0 or more, in the order of the codes.</summary>
    public IEnumerable<TokenActivation> Above(float threshold)
    {
        for (var slot = 0; slot < _values.Length; slot++)
        {
            if (_values[slot] > threshold)
                yield return new TokenActivation(slot / _slots % Ids.Length, (int)_latents[slot], _values[slot]);
        }
    }

    private static (int[] Ids, int[] Starts) RealTokens(Tensor inputIds, Tensor? realTokens)
    {
        var ids = inputIds.cpu().contiguous().data<long>().ToArray();
        var real = realTokens?.cpu().contiguous().data<bool>().ToArray();
        var (sequences, length) = ((int)inputIds.shape[0], (int)inputIds.shape[1]);
        var kept = new List<int>(ids.Length);
        var starts = new int[sequences + 1];
        for (var place = 0; place < ids.Length; place++)
        {
            if (real is null || real[place])
                kept.Add((int)ids[place]);
            starts[place / length + 1] = kept.Count;
        }
        return ([.. kept], starts);
    }

    private static void Check(Tensor inputIds, Tensor? realTokens)
    {
        if (inputIds.dtype != ScalarType.Int64 || inputIds.dim() != 2)
            throw new ArgumentException($"Token ids are {inputIds.dtype} {Shown(inputIds)}; Int64 [sequences, positions] is expected.", nameof(inputIds));
        if (realTokens is not null && (realTokens.dtype != ScalarType.Bool || !realTokens.shape.SequenceEqual(inputIds.shape)))
            throw new ArgumentException($"The real tokens are {realTokens.dtype} {Shown(realTokens)}; Bool {Shown(inputIds)} is expected.", nameof(realTokens));
    }

    private void CheckCodes(int latents)
    {
        for (var slot = 0; slot < _values.Length; slot++)
        {
            if (!float.IsFinite(_values[slot]))
                throw new ArgumentException($"The activation of latent {_latents[slot]} in row {slot / _slots} of the codes is {_values[slot]}. Look for NaN or infinite hidden states.", "codes");
            if (_values[slot] != 0 && (ulong)_latents[slot] >= (ulong)latents)
                throw new ArgumentException($"The codes name latent {_latents[slot]}, but there are only {latents} (0 to {latents - 1}).", "codes");
        }
    }

    private static string Shown(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
