using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// The paper's control for routing: a TopK autoencoder that reads a random one of several hidden states. Owns the autoencoder.
/// </summary>
/// <remarks>
/// <see cref="Fidelity.Corrected"/> draws a hidden state for every token, from a hash of seed and token number, so that the same
/// tokens get the same draws. The reference draws one for a whole batch, from 1 to 16 whatever the language model; with
/// <see cref="Fidelity.Reference"/> one of <see cref="AutoencoderModel.HiddenStates"/> is drawn for each call.
/// </remarks>
public sealed class RandomLayerModel : FixedLayersModel
{
    /// <summary>Takes over an autoencoder.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="hiddenStates">The hidden states among which it draws, Hugging Face's numbering.</param>
    /// <param name="seed">Seed of the drawing.</param>
    /// <exception cref="ArgumentException">No hidden state is named, or one is negative.</exception>
    public RandomLayerModel(TopKAutoencoder autoencoder, IReadOnlyList<int> hiddenStates, int seed)
        : base(autoencoder, hiddenStates) =>
        Seed = seed;

    /// <summary>Seed of the drawing.</summary>
    public int Seed { get; }

    /// <inheritdoc/>
    public override string Description => $"Random layer, {Autoencoder.Description} on hidden states {string.Join(", ", HiddenStates)}";

    internal override LayerReading Read(IReadOnlyList<Tensor> hiddenStates, long firstToken)
    {
        using var scope = NewDisposeScope();
        var places = Places(hiddenStates[0].shape[0], firstToken).to(hiddenStates[0].device);
        var chosen = hiddenStates[0];
        for (var i = 1; i < hiddenStates.Count; i++)
            chosen = where((places == i).unsqueeze(1), hiddenStates[i], chosen);
        return new LayerReading(Scale(chosen).Values.MoveToOuterDisposeScope(), places.to(Parameters[0].Value.device).MoveToOuterDisposeScope());
    }

    internal override IReadOnlyList<ReplacementPass> Replacements(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection)
    {
        using var scope = NewDisposeScope();
        var places = Places(hiddenStates[0].shape[0], firstToken: 0);
        var replacements = HiddenStates.Select((index, place) =>
            new Replacement(index, (places == place).nonzero().squeeze(1).MoveToOuterDisposeScope(), Reconstruction(selection)));
        return [new ReplacementPass([.. replacements.Where(replacement => replacement.Rows!.shape[0] > 0)])];
    }

    private Tensor Places(long tokens, long firstToken)
    {
        var places = new long[tokens];
        for (var i = 0; i < tokens; i++)
            places[i] = Place(Fidelity == Fidelity.Reference ? firstToken : firstToken + i);
        return tensor(places);
    }

    private long Place(long token) => (long)(Mix((ulong)(uint)Seed * 0x9E3779B97F4A7C15 + (ulong)token) % (ulong)HiddenStates.Count);

    /// <summary>SplitMix64's output function (Steele et al., 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
