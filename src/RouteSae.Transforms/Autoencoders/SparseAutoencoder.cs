using RouteSae.Autoencoders.Kernels;
using RouteSae.Autoencoders.Kinds;
using RouteSae.Kernels;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// An autoencoder of single activations: sparse codes z of W_enc (x − b_pre), and x̂ = W_dec z + b_pre. A derived class says what makes
/// z sparse and what training minimises; its <see cref="Kind"/> says how it is made and stored. Owns its tensors. Encoding and decoding
/// may run on several threads at once.
/// </summary>
public abstract class SparseAutoencoder : IDisposable
{
    /// <summary>The stored name of W_enc, [M, D].</summary>
    public const string EncoderName = "encoder.weight";

    /// <summary>The stored name of W_dec, [D, M].</summary>
    public const string DecoderName = "decoder.weight";

    /// <summary>The stored name of b_pre, [D].</summary>
    public const string PreBiasName = "pre_bias";

    /// <summary>The stored name of b_lat, [M], of the kinds that have one.</summary>
    public const string LatentBiasName = "latent_bias";

    private readonly AutoencoderParameter _preBias; // [D]
    private readonly AutoencoderParameter _encoder; // [M, D]
    private readonly AutoencoderParameter _directions; // [M, D], stored [D, M]: decoding reads the rows of the active latents only

    /// <summary>Reads the tensors that all autoencoders have.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="reader">The tensors under their stored names.</param>
    /// <param name="ofLatents">What this kind reads beside them, such as b_lat.</param>
    protected SparseAutoencoder(AutoencoderArchitecture architecture, ParameterReader reader, IReadOnlyList<AutoencoderParameter> ofLatents)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(ofLatents);
        var (hidden, latents) = (architecture.HiddenSize, architecture.Latents);
        _preBias = reader.Read(PreBiasName, hidden);
        _encoder = reader.Read(EncoderName, latents, hidden);
        _directions = reader.ReadTransposed(DecoderName, hidden, latents);
        Parameters = [_preBias, .. ofLatents, _encoder, _directions];
    }

    /// <summary>What kind of autoencoder it is.</summary>
    public abstract AutoencoderKind Kind { get; }

    /// <summary>The sizes.</summary>
    public abstract AutoencoderArchitecture Architecture { get; }

    /// <summary>The kind's name for people, with K where it has one.</summary>
    public string Description => Kind.Describe(Architecture);

    /// <summary>b_pre, what the kind of autoencoder adds for each latent, W_enc and W_dec, in this order.</summary>
    public IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>b_pre, [D].</summary>
    public Tensor PreBias => _preBias.Value;

    /// <summary>W_enc, [M, D]. Change it by tensor operations only: writing to its memory (data, bytes) goes unnoticed, and codes may then be wrong.</summary>
    public Tensor EncoderWeight => _encoder.Value;

    /// <summary>W_decᵀ, [M, D]: row j is what latent j adds to the activation, one unit of it.</summary>
    public Tensor DecoderDirections => _directions.Value;

    /// <summary>How encoding and decoding compute. Default: <see cref="ComputePath.Auto"/>.</summary>
    internal ComputePath Path { get; set; }

    /// <summary>Whether it computes as is right, rather than as the authors' program does.</summary>
    protected bool Corrected => Architecture.Fidelity == Fidelity.Corrected;

    /// <summary>What the codes are selected from, before the activation function.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public abstract Tensor PreActivations(Tensor x);

    /// <summary>The active latents of each token.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <param name="selection">Replaces the activation function at inference. Default: none.</param>
    /// <returns>The codes, with as many slots as the busiest token needs; the order of a token's slots has no meaning. The caller owns them.</returns>
    public virtual SparseCodes Encode(Tensor x, CodeSelection? selection = null)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        return SparseCodes.FromDense(Activate(PreActivations(x), selection)).MoveToOuterDisposeScope();
    }

    /// <summary>x̂ = W_dec z + b_pre.</summary>
    /// <returns>[N, D]; the caller owns it.</returns>
    public Tensor Decode(SparseCodes codes)
    {
        TorchRuntime.UseThreads();
        if (KernelSupport.Choose(Path, codes.Values, DecoderDirections, PreBias) != ComputePath.TorchOperations && SparseDecoder.Fits(codes)
            && !Gradients.AreWanted(codes.Values, DecoderDirections, PreBias))
            return SparseDecoder.Decode(DecoderDirections, PreBias, codes);
        using var scope = NewDisposeScope();
        return (RowOperators.WeightedSum(DecoderDirections, codes.Indices, codes.Values) + PreBias).MoveToOuterDisposeScope();
    }

    /// <summary>Scales every latent's direction (a column of W_dec) to length 1. A direction of length 0 stays as it is.</summary>
    public void NormalizeDecoder()
    {
        if (KernelSupport.Choose(Path, DecoderDirections) != ComputePath.TorchOperations)
            UnitRows.Normalize(DecoderDirections);
        else
            UnitRows.NormalizeByOperations(DecoderDirections);
    }

    /// <summary>
    /// Scales every latent's direction to length 1 and its activation by the old length, so that all reconstructions stay what they are. Do this
    /// before training a published autoencoder further: training keeps directions at length 1 without changing activations.
    /// </summary>
    /// <exception cref="NotSupportedException">A TopK autoencoder, whose K largest activations would be others.</exception>
    public void FoldDecoderLengths()
    {
        var scaled = ScaledWithLatents ?? throw new NotSupportedException(
            "The lengths of a TopK autoencoder's decoder directions cannot be folded into its activations: the K largest of them would be others.");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var lengths = DecoderDirections.norm(1);
        lengths = lengths.where(lengths > 0, ones_like(lengths)).unsqueeze(1); // [M, 1]
        DecoderDirections.div_(lengths);
        EncoderWeight.mul_(lengths);
        foreach (var perLatent in scaled)
            perLatent.mul_(lengths.squeeze(1));
    }

    /// <summary>The parameters in units of the latents' activations, each [M]; null where these cannot be scaled one by one.</summary>
    protected virtual IReadOnlyList<Tensor>? ScaledWithLatents => null;

    /// <summary>b_lat, [M], where pre = W_enc (x − b_pre) + b_lat; else null.</summary>
    protected internal virtual Tensor? LatentBiasValues => null;

    /// <summary>Whether encoding keeps no dense codes in memory, so that any number of tokens can be encoded at once. Default: false.</summary>
    protected internal virtual bool EncodesSparsely => false;

    /// <summary>
    /// What training minimises. Default: the normalised MSE, plus λ times mean |z| over tokens and latents where a penalty makes codes sparse.
    /// The terms live in the caller's scope.
    /// </summary>
    public virtual LossTerms Loss(LossRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var scope = NewDisposeScope();
        var codes = Activate(PreActivations(request.X));
        var normalizedMse = NormalizedMse.Mean(DecodeDense(codes), request.Target);
        var terms = Kind.Sparsity == SparsityRule.ActiveLatents
            ? new LossTerms(normalizedMse.alias(), normalizedMse) { DenseCodes = codes }
            : LossTerms.Penalized(normalizedMse, codes.abs().mean(), request.SparsityCoefficient, codes);
        return terms.MoveToOuterDisposeScope();
    }

    /// <summary>Sets starting values that the first batch of a training gives; called where the wanted number of active latents is known. Default: none.</summary>
    /// <param name="x">What is encoded of the first batch, [N, D].</param>
    /// <param name="activeLatents">The wanted mean number of active latents.</param>
    protected internal virtual void StartFrom(Tensor x, double activeLatents)
    {
    }

    /// <summary>Learns from a training step what gradients do not teach. Called after each step. Default: nothing.</summary>
    /// <param name="terms">The loss of the step.</param>
    protected internal virtual void StepTaken(LossTerms terms)
    {
    }

    /// <summary>Writes the parameters in safetensors format, under the names of the reference's state_dict.</summary>
    public void Save(Stream safetensors) => ParameterWriter.Write(safetensors, Parameters);

    /// <summary>Frees the tensors.</summary>
    public virtual void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    /// <summary>The dense codes z, [N, M], differentiable.</summary>
    /// <param name="preActivations">[N, M].</param>
    /// <param name="selection">Replaces the activation function.</param>
    protected internal abstract Tensor Activate(Tensor preActivations, CodeSelection? selection = null);

    /// <summary>x̂ of dense codes, [N, D], differentiable.</summary>
    public Tensor DecodeDense(Tensor codes)
    {
        using var scope = NewDisposeScope();
        return (codes.mm(DecoderDirections) + PreBias).MoveToOuterDisposeScope();
    }

    /// <summary>pre = W_enc (x − b_pre) + b, in the caller's scope.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <param name="bias">b, [M]; null for none.</param>
    protected Tensor PreActivations(Tensor x, Tensor? bias)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        return nn.functional.linear(x - PreBias, EncoderWeight, bias).MoveToOuterDisposeScope();
    }
}
