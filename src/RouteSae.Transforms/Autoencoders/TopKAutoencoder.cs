using RouteSae.Autoencoders.Kernels;
using RouteSae.Native;
using RouteSae.Storage;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Autoencoders;

/// <summary>
/// A TopK sparse autoencoder: pre = W_enc (x − b_pre) + b_lat, z = the K largest of pre, x̂ = W_dec z + b_pre. Owns its
/// tensors. Encoding and decoding may run on several threads at once.
/// </summary>
public sealed class TopKAutoencoder : IDisposable
{
    internal const string EncoderName = "encoder.weight";
    internal const string DecoderName = "decoder.weight";
    internal const string PreBiasName = "pre_bias";
    internal const string LatentBiasName = "latent_bias";

    private readonly AutoencoderParameter _preBias; // [D]
    private readonly AutoencoderParameter _latentBias; // [M]
    private readonly AutoencoderParameter _encoder; // [M, D]
    private readonly AutoencoderParameter _directions; // [M, D], stored [D, M]: decoding reads the rows of the active latents only
    private readonly Lazy<SparseEncoder> _sparseEncoder;

    internal TopKAutoencoder(TopKArchitecture architecture, ParameterReader reader)
    {
        var (hidden, latents) = (architecture.HiddenSize, architecture.Latents);
        Architecture = architecture;
        _preBias = reader.Read(PreBiasName, hidden);
        _latentBias = reader.Read(LatentBiasName, latents);
        _encoder = reader.Read(EncoderName, latents, hidden);
        _directions = reader.ReadTransposed(DecoderName, hidden, latents);
        Parameters = [_preBias, _latentBias, _encoder, _directions];
        _sparseEncoder = new Lazy<SparseEncoder>(() => new SparseEncoder(EncoderWeight, PreBias, LatentBias));
    }

    /// <summary>The sizes.</summary>
    public TopKArchitecture Architecture { get; }

    /// <summary>b_pre, b_lat, W_enc and W_dec, in this order.</summary>
    public IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>b_pre, [D].</summary>
    public Tensor PreBias => _preBias.Value;

    /// <summary>b_lat, [M]. Change it by tensor operations only: writing to its memory (data, bytes) goes unnoticed, and codes may then be wrong.</summary>
    public Tensor LatentBias => _latentBias.Value;

    /// <summary>W_enc, [M, D]. Change it by tensor operations only: writing to its memory (data, bytes) goes unnoticed, and codes may then be wrong.</summary>
    public Tensor EncoderWeight => _encoder.Value;

    /// <summary>W_decᵀ, [M, D]: row j is what latent j adds to the activation, one unit of it.</summary>
    public Tensor DecoderDirections => _directions.Value;

    /// <summary>How encoding and decoding compute. Default: <see cref="ComputePath.Auto"/>.</summary>
    internal ComputePath Path { get; set; }

    /// <summary>A new autoencoder whose decoder starts as the transpose of its encoder, with zero biases.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="seed">Seed of the encoder's starting values.</param>
    /// <param name="device">Where the tensors live. Default: the CPU.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together; the message lists every problem.</exception>
    public static TopKAutoencoder Create(TopKArchitecture architecture, int seed, Device? device = null)
    {
        ArchitectureCheck.ThrowIfAny("The autoencoder's architecture", architecture.Problems());
        using var initialization = new ParameterInitialization(seed, device);
        using var scope = NewDisposeScope();
        return new TopKAutoencoder(architecture, ParameterReader.From(StartingValues(architecture, initialization)));
    }

    /// <summary>Loads the tensors <c>encoder.weight</c> [M, D], <c>decoder.weight</c> [D, M], <c>pre_bias</c> and <c>latent_bias</c>, as float32.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a tensor's shape does not fit them.</exception>
    public static TopKAutoencoder Load(TopKArchitecture architecture, ITensorSource weights, Device? device = null)
    {
        ArchitectureCheck.ThrowIfAny("The autoencoder's architecture", architecture.Problems());
        return new TopKAutoencoder(architecture, ParameterReader.From(weights, device));
    }

    /// <summary>Copies tensors that are in memory; the autoencoder computes in their type (float32 or float64) and on their device.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="stateDictionary">The tensors under their stored names. The caller keeps them.</param>
    /// <exception cref="ArgumentException">A tensor is missing, or its shape does not fit the architecture.</exception>
    public static TopKAutoencoder FromTensors(TopKArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary)
    {
        ArchitectureCheck.ThrowIfAny("The autoencoder's architecture", architecture.Problems());
        return new TopKAutoencoder(architecture, ParameterReader.From(stateDictionary));
    }

    /// <summary>Writes the four tensors in safetensors format, under the names that <see cref="Load"/> reads.</summary>
    public void Save(Stream safetensors) => ParameterWriter.Write(safetensors, Parameters);

    /// <summary>pre = W_enc (x − b_pre) + b_lat.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public Tensor PreActivations(Tensor x)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        return F.linear(x - PreBias, EncoderWeight, LatentBias).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Keeps the K largest pre-activations of each token. With <see cref="Fidelity.Corrected"/> a negative one among them
    /// counts as not active (value 0); the reference keeps it, so that a feature may "fire" below zero.
    /// </summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <param name="selection">Replaces the architecture's K at inference. Default: none.</param>
    /// <returns>The codes; the order of a token's slots has no meaning. The caller owns them.</returns>
    /// <exception cref="ArgumentException">
    /// A pre-activation is NaN; the message names the token. Looked for on the CPU in float32, where no gradients are recorded and no
    /// threshold selects.
    /// </exception>
    public SparseCodes Encode(Tensor x, CodeSelection? selection = null)
    {
        TorchRuntime.UseThreads();
        var path = KernelSupport.Choose(Path, x, EncoderWeight, PreBias, LatentBias);
        if (selection?.Threshold is null && path != ComputePath.TorchOperations && !KernelSupport.RecordsGradients(x, EncoderWeight, PreBias, LatentBias))
            return EncodeByKernel(x, Slots(selection));
        using var scope = NewDisposeScope();
        var (values, indices) = selection?.Threshold is { } threshold
            ? SelectAbove(PreActivations(x), threshold)
            : LargestLinear.Apply(x - PreBias, EncoderWeight, LatentBias, Slots(selection));
        if (Architecture.Fidelity == Fidelity.Corrected)
            values = values.relu();
        return new SparseCodes(indices.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope());
    }

    /// <summary>x̂ = W_dec z + b_pre.</summary>
    /// <returns>[N, D]; the caller owns it.</returns>
    public Tensor Decode(SparseCodes codes)
    {
        TorchRuntime.UseThreads();
        if (KernelSupport.Choose(Path, codes.Values, DecoderDirections, PreBias) != ComputePath.TorchOperations && SparseDecoder.Fits(codes)
            && !KernelSupport.RecordsGradients(codes.Values, DecoderDirections, PreBias))
            return SparseDecoder.Decode(DecoderDirections, PreBias, codes);
        using var scope = NewDisposeScope();
        return (RowOperators.WeightedSum(DecoderDirections, codes.Indices, codes.Values) + PreBias).MoveToOuterDisposeScope();
    }

    /// <summary>Scales every latent's direction (a column of W_dec) to length 1. A direction of length 0 stays as it is.</summary>
    public void NormalizeDecoder()
    {
        if (KernelSupport.Choose(Path, DecoderDirections) != ComputePath.TorchOperations)
        {
            UnitRows.Normalize(DecoderDirections);
            return;
        }
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var lengths = DecoderDirections.norm(dim: 1, keepdim: true);
        DecoderDirections.div_(lengths.masked_fill_(lengths == 0, 1));
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
        if (_sparseEncoder.IsValueCreated)
            _sparseEncoder.Value.Dispose();
    }

    /// <summary>Encodes by kernels into codes that are there; see <see cref="SparseEncoder.Encode"/>.</summary>
    internal void EncodeByKernel(Tensor x, SparseCodes codes, Tensor? centered = null) =>
        _sparseEncoder.Value.Encode(
            x, codes, Architecture.Fidelity == Fidelity.Corrected, KernelSupport.Choose(Path, x) == ComputePath.BFloat16Kernels, centered);

    /// <summary>Tells that a kernel has changed the parameters in place.</summary>
    internal void ParametersChanged() => _sparseEncoder.Value.ParametersChanged();

    internal static Dictionary<string, Tensor> StartingValues(TopKArchitecture architecture, ParameterInitialization initialization)
    {
        var encoder = initialization.LinearWeight(architecture.Latents, architecture.HiddenSize);
        return new Dictionary<string, Tensor>
        {
            [PreBiasName] = initialization.Zeros(architecture.HiddenSize),
            [LatentBiasName] = initialization.Zeros(architecture.Latents),
            [EncoderName] = encoder,
            [DecoderName] = encoder.t(),
        };
    }

    private SparseCodes EncodeByKernel(Tensor x, int slots)
    {
        var codes = SparseCodes.Empty(x.shape[0], slots);
        try
        {
            EncodeByKernel(x, codes);
            return codes;
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    private int Slots(CodeSelection? selection) =>
        Math.Min(selection?.ActiveLatents ?? Architecture.ActiveLatents, Architecture.Latents);

    // As many slots as the busiest token needs, so that every token has the same number of them.
    private static (Tensor Values, Tensor Indices) SelectAbove(Tensor preActivations, double threshold)
    {
        var active = preActivations > threshold; // [N, M]
        var mostActive = active.shape[0] == 0 ? 0 : active.sum(1L).max().item<long>();
        var (values, indices) = preActivations.topk((int)Math.Max(1, mostActive), dim: -1);
        return (values.where(values > threshold, zeros_like(values)), indices);
    }
}
