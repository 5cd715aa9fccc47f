using System.Globalization;
using RouteSae.Checks;
using RouteSae.Native;
using RouteSae.Tensors;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Autoencoders;

/// <summary>
/// A crosscoder (Lindsey et al., 2024): an encoder and a decoder for each of L hidden states, one code for all of them:
/// z = max(Σᵢ W_enc,ᵢ xᵢ + b_lat, 0), x̂ᵢ = W_dec,ᵢ z. A penalty on mean |z| makes it sparse. Owns its tensors.
/// </summary>
/// <remarks>Its reconstruction is put into the language model at one hidden state at a time; metrics are the mean over them.</remarks>
public sealed class CrosscoderModel : AutoencoderModel
{
    private readonly IReadOnlyList<AutoencoderParameter> _encoders; // L x [M, D]
    private readonly IReadOnlyList<AutoencoderParameter> _directions; // L x [M, D], stored [D, M]

    private CrosscoderModel(CrosscoderArchitecture architecture, ParameterReader reader)
    {
        Architecture = architecture;
        var (hidden, latents) = (architecture.HiddenSize, architecture.Latents);
        var bias = reader.Read(SparseAutoencoder.LatentBiasName, latents);
        _encoders = [.. Places.Select(place => reader.Read(Name("encoder", place), latents, hidden))];
        _directions = [.. Places.Select(place => reader.ReadTransposed(Name("decoder", place), hidden, latents))];
        Parameters = [bias, .. _encoders, .. _directions];
    }

    /// <summary>The sizes, and the hidden states.</summary>
    public CrosscoderArchitecture Architecture { get; }

    /// <inheritdoc/>
    public override string Description => $"Crosscoder on hidden states {string.Join(", ", HiddenStates)}";

    /// <inheritdoc/>
    public override int HiddenSize => Architecture.HiddenSize;

    /// <inheritdoc/>
    public override int Latents => Architecture.Latents;

    /// <inheritdoc/>
    public override Fidelity Fidelity => Architecture.Fidelity;

    /// <inheritdoc/>
    public override IReadOnlyList<int> HiddenStates => Architecture.HiddenStates;

    /// <summary>b_lat, then the encoders, then the decoders.</summary>
    public override IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>b_lat, [M].</summary>
    public Tensor LatentBias => Parameters[0].Value;

    private IEnumerable<int> Places => Enumerable.Range(0, Architecture.HiddenStates.Count);

    /// <summary>A new crosscoder whose decoders start as the transposes of the encoders, with a zero bias.</summary>
    /// <param name="architecture">The sizes, and the hidden states.</param>
    /// <param name="seed">Seed of the encoders' starting values.</param>
    /// <param name="device">Where the tensors live. Default: the CPU.</param>
    /// <exception cref="ArgumentException">The architecture is not possible; the message lists every problem.</exception>
    public static CrosscoderModel Create(CrosscoderArchitecture architecture, int seed, Device? device = null)
    {
        Check(architecture);
        using var initialization = new ParameterInitialization(seed, device);
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { [SparseAutoencoder.LatentBiasName] = initialization.Zeros(architecture.Latents) };
        for (var place = 0; place < architecture.HiddenStates.Count; place++)
        {
            var encoder = tensors[Name("encoder", place)] = initialization.LinearWeight(architecture.Latents, architecture.HiddenSize);
            tensors[Name("decoder", place)] = encoder.t();
        }
        return new CrosscoderModel(architecture, ParameterReader.From(tensors));
    }

    /// <summary>Loads the tensors <c>latent_bias</c> [M] and, for the i-th hidden state from 0, <c>encoder.i.weight</c> [M, D] and <c>decoder.i.weight</c> [D, M], as float32.</summary>
    /// <exception cref="ArgumentException">The architecture is not possible, or a tensor's shape does not fit it.</exception>
    public static CrosscoderModel Load(CrosscoderArchitecture architecture, ITensorSource weights, Device? device = null)
    {
        Check(architecture);
        return new CrosscoderModel(architecture, ParameterReader.From(weights, device));
    }

    /// <summary>Copies tensors that are in memory; the model computes in their type (float32 or float64) and on their device.</summary>
    /// <param name="architecture">The sizes, and the hidden states.</param>
    /// <param name="stateDictionary">The tensors under the names that <see cref="Load"/> reads. The caller keeps them.</param>
    /// <exception cref="ArgumentException">The architecture is not possible, a tensor is missing, or its shape does not fit.</exception>
    public static CrosscoderModel FromTensors(CrosscoderArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary)
    {
        Check(architecture);
        return new CrosscoderModel(architecture, ParameterReader.From(stateDictionary));
    }

    /// <inheritdoc/>
    public override EncodedActivations Forward(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection = null)
    {
        TorchRuntime.UseThreads();
        CheckShapes(hiddenStates);
        using var scope = NewDisposeScope();
        var x = Inputs(hiddenStates);
        var codes = Activate(PreActivations(x), selection);
        var weights = full([codes.shape[0], HiddenStates.Count], 1.0 / HiddenStates.Count, dtype: codes.dtype, device: codes.device);
        return new EncodedActivations(stack(x, 1), SparseCodes.FromDense(codes), stack(DecodeDense(codes), 1), weights, Probabilities: null).MoveToOuterDisposeScope();
    }

    /// <summary>pre = Σᵢ W_enc,ᵢ xᵢ + b_lat.</summary>
    /// <param name="x">The L standardised hidden states, each [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public Tensor PreActivations(IReadOnlyList<Tensor> x)
    {
        using var scope = NewDisposeScope();
        var sum = F.linear(x[0], _encoders[0].Value, LatentBias);
        for (var place = 1; place < x.Count; place++)
            sum += F.linear(x[place], _encoders[place].Value);
        return sum.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void NormalizeDecoder()
    {
        foreach (var directions in _directions)
            Kernels.UnitRows.NormalizeByOperations(directions.Value);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    /// <summary>The L standardised hidden states, each [N, D], in the caller's scope.</summary>
    internal Tensor[] Inputs(IReadOnlyList<Tensor> hiddenStates) => [.. hiddenStates.Select(hidden => Standardize(hidden).Values)];

    /// <summary>The dense codes, [N, M], differentiable.</summary>
    internal Tensor Activate(Tensor preActivations, CodeSelection? selection = null)
    {
        using var scope = NewDisposeScope();
        var codes = selection is null ? preActivations.relu() : selection.Apply(preActivations);
        return (Fidelity == Fidelity.Corrected && selection is not null ? codes.relu() : codes).MoveToOuterDisposeScope();
    }

    /// <summary>The L reconstructions, each [N, D], differentiable, in the caller's scope.</summary>
    internal Tensor[] DecodeDense(Tensor codes) => [.. _directions.Select(directions => codes.mm(directions.Value))];

    internal override IReadOnlyList<ReplacementPass> Replacements(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection)
    {
        using var scope = NewDisposeScope();
        var reconstructions = DecodeDense(Activate(PreActivations(Inputs(hiddenStates)), selection));
        foreach (var reconstruction in reconstructions)
            reconstruction.MoveToOuterDisposeScope();
        return [.. HiddenStates.Select((index, place) => new ReplacementPass([new Replacement(index, null, raw => Reconstruct(raw, reconstructions[place]))]))];
    }

    private Tensor Reconstruct(Tensor raw, Tensor reconstruction)
    {
        using var scope = NewDisposeScope();
        return Standardize(raw).Undo(reconstruction, Fidelity).to(raw.dtype).MoveToOuterDisposeScope();
    }

    private static string Name(string part, int place) => string.Create(CultureInfo.InvariantCulture, $"{part}.{place}.weight");

    private static void Check(CrosscoderArchitecture architecture) =>
        ArchitectureCheck.ThrowIfAny("The crosscoder's architecture", architecture.Problems());
}
