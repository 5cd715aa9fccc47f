using RouteSae.Storage;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels;

/// <summary>
/// A causal language model read from a Hugging Face checkpoint: token ids in, hidden states of chosen layers and logits out.
/// Owns its weights. Safe for concurrent forward passes.
/// </summary>
public sealed class DecoderModel : IDisposable
{
    private readonly Tensor _embedding; // [V, D]
    private readonly IReadOnlyList<DecoderLayer> _layers;
    private readonly Tensor? _finalNorm; // [D]; null when the upper part was not loaded
    private readonly Tensor? _head; // [V, D]; the embedding itself when tied
    private readonly Tensor _inverseFrequencies;

    internal DecoderModel(DecoderConfig config, Tensor embedding, IReadOnlyList<DecoderLayer> layers, Tensor? finalNorm, Tensor? head)
    {
        Config = config;
        (_embedding, _layers, _finalNorm, _head) = (embedding, layers, finalNorm, head);
        using var scope = NewDisposeScope();
        _inverseFrequencies = RotaryEmbedding.InverseFrequencies(config).to(embedding.device).DetachFromDisposeScope();
    }

    /// <summary>What the model computes.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Type of the weights, hidden states and logits.</summary>
    public ScalarType Type => _embedding.dtype;

    /// <summary>The last hidden state that can be asked for.</summary>
    public int LastHiddenState => _layers.Count;

    internal Tensor Embedding => _embedding;

    internal IReadOnlyList<DecoderLayer> Layers => _layers;

    internal Tensor? FinalNorm => _finalNorm;

    internal Tensor? Head => _head;

    /// <summary>Every weight once; what a trainer updates.</summary>
    internal IEnumerable<Tensor> Parameters =>
        _layers.SelectMany(layer => layer.Parameters)
            .Append(_embedding)
            .Concat(new[] { _finalNorm, Config.TiedEmbeddings ? null : _head }.OfType<Tensor>());

    /// <summary>Loads <c>config.json</c> and the weights of a checkpoint folder.</summary>
    /// <param name="folder">The folder with config.json and model.safetensors, or shards and their index.</param>
    /// <param name="options">Precision, device, how many layers; null for the defaults.</param>
    /// <exception cref="LanguageModelFormatException">A field or tensor is missing or has another shape than the configuration says.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    public static DecoderModel Load(string folder, DecoderLoadOptions? options = null)
    {
        var configPath = Path.Combine(folder, "config.json");
        if (!File.Exists(configPath))
            throw new FileNotFoundException($"{configPath} does not exist. A checkpoint folder holds config.json, model.safetensors and tokenizer.json.", configPath);
        var config = DecoderConfig.Parse(File.ReadAllText(configPath), configPath);
        using var weights = Checkpoint.OpenFolder(folder);
        return Load(config, weights, options);
    }

    /// <summary>Loads a model from its configuration and tensors with Hugging Face's names.</summary>
    /// <param name="config">What the model computes.</param>
    /// <param name="weights">Its tensors; not needed any more once this returns.</param>
    /// <param name="options">Precision, device, how many layers; null for the defaults.</param>
    /// <exception cref="LanguageModelFormatException">A tensor is missing or has another shape than the configuration says.</exception>
    public static DecoderModel Load(DecoderConfig config, ITensorSource weights, DecoderLoadOptions? options = null) =>
        new DecoderLoader(config, weights, options ?? new DecoderLoadOptions()).Load();

    /// <summary>Creates a model with random weights, to be trained.</summary>
    /// <param name="config">What the model computes.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="precision">Type of the weights; <see cref="Precision.Auto"/> means float32 here.</param>
    public static DecoderModel CreateRandom(DecoderConfig config, long seed, Precision precision = Precision.Float32) =>
        DecoderInitializer.Create(config, seed, precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);

    /// <summary>Writes the model as a Hugging Face checkpoint: config.json and model.safetensors.</summary>
    /// <param name="folder">The folder, made if need be; existing files are replaced whole or not at all.</param>
    /// <param name="precision">Type of the stored weights; <see cref="Precision.Auto"/> keeps the model's.</param>
    public void Save(string folder, Precision precision = Precision.Auto) =>
        DecoderExport.Write(this, folder, precision switch
        {
            Precision.Float32 => ScalarType.Float32,
            Precision.BFloat16 => ScalarType.BFloat16,
            _ => Type,
        });

    /// <summary>Runs the model.</summary>
    /// <param name="inputIds">Token ids, I64 [B, S], each within 0 .. V − 1.</param>
    /// <param name="attentionMask">I64 or Bool [B, S], non-zero where a token counts; null when all do.</param>
    /// <param name="request">What to return.</param>
    /// <returns>The tensors asked for. The caller disposes them.</returns>
    /// <exception cref="ArgumentException">The request names a hidden state that the model does not have, or a shape is wrong.</exception>
    public DecoderOutput Forward(Tensor inputIds, Tensor? attentionMask, ForwardRequest request)
    {
        Validate(inputIds, attentionMask, request);
        using var scope = NewDisposeScope();
        var context = Context(inputIds, attentionMask, request.PositionsFromMask);
        var depth = request.Logits ? Config.LayerCount : request.HiddenStates.Count == 0 ? 0 : request.HiddenStates.Max();
        var states = new Dictionary<int, Tensor>();
        var hidden = _embedding.index_select(0, inputIds.view(-1)).view(inputIds.size(0), inputIds.size(1), -1);
        for (var index = 0; ; index++)
        {
            if (index == Config.LayerCount)
                hidden = RootMeanSquareNorm.Apply(hidden, _finalNorm!, Config.NormEpsilon);
            if (request.HiddenStates.Contains(index))
                states[index] = hidden;
            if (index == depth)
                break;
            var next = _layers[index].Forward(hidden, context, null);
            if (!request.HiddenStates.Contains(index) && !hidden.requires_grad)
                hidden.Dispose();
            hidden = next;
        }
        var logits = request.Logits ? functional.linear(hidden, _head!) : null;
        foreach (var state in states.Values)
            state.MoveToOuterDisposeScope();
        return new DecoderOutput(states, logits?.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _embedding.Dispose();
        foreach (var layer in _layers)
            layer.Dispose();
        _finalNorm?.Dispose();
        _head?.Dispose();
        _inverseFrequencies.Dispose();
    }

    private AttentionContext Context(Tensor inputIds, Tensor? attentionMask, bool positionsFromMask)
    {
        var length = inputIds.size(1);
        var mask = attentionMask?.to_type(ScalarType.Bool);
        // With right padding no real token sees a padded one, so that causality alone is enough.
        var causal = mask is null || !mask.narrow(1, 1, length - 1).logical_and(mask.narrow(1, 0, length - 1).logical_not()).any().item<bool>();
        var positions = positionsFromMask && mask is not null
            ? (mask.to_type(ScalarType.Int64).cumsum(1) - 1).clamp_min(0).unsqueeze(1) // [B, 1, S]
            : arange(length, ScalarType.Int64, inputIds.device);
        var (cosine, sine) = RotaryEmbedding.Tables(_inverseFrequencies, positions, Type);
        return new AttentionContext(cosine, sine, causal ? null : CausalMask(mask!), causal);
    }

    /// <summary>Mask [B, S] → [B, 1, S, S]: earlier, attended keys, and always the position itself, so that no row is empty.</summary>
    private static Tensor CausalMask(Tensor mask)
    {
        var length = mask.size(1);
        var earlier = ones([length, length], ScalarType.Bool, mask.device).tril();
        var self = eye(length, dtype: ScalarType.Bool, device: mask.device);
        return mask.unsqueeze(1).unsqueeze(1).logical_and(earlier).logical_or(self);
    }

    private void Validate(Tensor inputIds, Tensor? attentionMask, ForwardRequest request)
    {
        if (inputIds.dim() != 2 || inputIds.size(1) == 0 || inputIds.size(0) == 0)
            throw new ArgumentException($"Token ids have shape [{string.Join(", ", inputIds.shape)}]; [batch, positions] with at least one of each is expected.", nameof(inputIds));
        if (attentionMask is not null && !attentionMask.shape.SequenceEqual(inputIds.shape))
            throw new ArgumentException($"The mask has shape [{string.Join(", ", attentionMask.shape)}], the token ids [{string.Join(", ", inputIds.shape)}].", nameof(attentionMask));
        foreach (var index in request.HiddenStates)
        {
            if (index < 0 || index > Config.LayerCount)
                throw new ArgumentOutOfRangeException(nameof(request), index, $"Hidden state {index} does not exist in this {Config.ModelType} model (hidden states 0 to {Config.LayerCount}).");
            if (index > LastHiddenState || (index == Config.LayerCount && _finalNorm is null))
                throw new ArgumentOutOfRangeException(nameof(request), index, $"Hidden state {index} was not loaded; the model was loaded up to {LastHiddenState}.");
        }
        if (request.Logits && _head is null)
            throw new ArgumentException($"Logits need the whole model, but it was loaded up to hidden state {LastHiddenState}.", nameof(request));
    }
}
