using RouteSae.Hub;
using RouteSae.LanguageModels.Torch;
using RouteSae.Native;
using RouteSae.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels;

/// <summary>
/// A causal language model read from a Hugging Face checkpoint: token ids in, hidden states of chosen layers and logits out.
/// Owns its weights. Safe for concurrent forward passes.
/// </summary>
public sealed class DecoderModel : IDisposable
{
    private readonly DecoderParts _parts;

    internal DecoderModel(DecoderConfig config, DecoderParts parts)
    {
        Config = config;
        _parts = parts;
        Rotary = new RotaryTables(config, parts.Embedding.device);
    }

    /// <summary>What the model computes.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Type of the weights, hidden states and logits.</summary>
    public ScalarType Type => Embedding.dtype;

    /// <summary>Where the weights are and the model computes.</summary>
    public Device Device => Embedding.device;

    /// <summary>The last hidden state that can be asked for.</summary>
    public int LastHiddenState => Layers.Count;

    internal Tensor Embedding => _parts.Embedding;

    internal IReadOnlyList<DecoderLayer> Layers => _parts.Layers;

    internal Norm? FinalNorm => _parts.FinalNorm;

    internal Tensor? Head => _parts.Head;

    internal RotaryTables Rotary { get; }

    /// <summary>Every weight once; what a trainer updates.</summary>
    internal IEnumerable<Tensor> Parameters => _parts.All.Where(tensor => !Config.TiedEmbeddings || !ReferenceEquals(tensor, Head));

    /// <summary>Loads <c>config.json</c> and the weights of a checkpoint folder.</summary>
    /// <param name="folder">The folder with config.json and model.safetensors, or shards and their index.</param>
    /// <param name="options">Precision, device, how many layers; null for the defaults.</param>
    /// <exception cref="LanguageModelFormatException">A field or tensor is missing or has another shape than the configuration says.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    public static DecoderModel Load(string folder, DecoderLoadOptions? options = null)
    {
        var configPath = Path.Combine(folder, "config.json");
        if (!File.Exists(configPath))
            throw new FileNotFoundException($"{configPath} does not exist. A checkpoint folder holds config.json, model.safetensors and tokenizer.json; ModelHub.ResolveAsync gives that of a model on the Hugging Face hub.", configPath);
        var config = WithGenerationConfig(DecoderConfig.Parse(File.ReadAllText(configPath), configPath), folder);
        using var weights = Checkpoint.OpenFolder(folder);
        return Load(config, weights, options);
    }

    /// <summary>Loads a model from its configuration and tensors with Hugging Face's names.</summary>
    /// <param name="config">What the model computes.</param>
    /// <param name="weights">Its tensors; not needed any more once this returns.</param>
    /// <param name="options">Precision, device, how many layers; null for the defaults.</param>
    /// <exception cref="ArgumentException">The sizes of the configuration contradict each other, or the options name a hidden state that does not exist.</exception>
    /// <exception cref="LanguageModelFormatException">A tensor is missing or has another shape than the configuration says.</exception>
    public static DecoderModel Load(DecoderConfig config, ITensorSource weights, DecoderLoadOptions? options = null) =>
        new DecoderLoader(config, weights, options ?? new DecoderLoadOptions()).Load();

    /// <summary>Creates a model with random weights, to be trained.</summary>
    /// <param name="config">What the model computes.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="precision">Type of the weights; <see cref="Precision.Auto"/> means float32 here.</param>
    /// <exception cref="NotSupportedException">It is no Llama model.</exception>
    public static DecoderModel CreateRandom(DecoderConfig config, long seed, Precision precision = Precision.Float32) =>
        DecoderInitializer.Create(config, seed, precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);

    /// <summary>Writes the model as a Hugging Face checkpoint: config.json and model.safetensors.</summary>
    /// <param name="folder">The folder, made if need be; existing files are replaced whole or not at all.</param>
    /// <param name="precision">Type of the stored weights; <see cref="Precision.Auto"/> keeps the model's.</param>
    /// <exception cref="NotSupportedException">It is no Llama model.</exception>
    /// <exception cref="InvalidOperationException">The model was loaded without its upper part.</exception>
    public void Save(string folder, Precision precision = Precision.Auto) =>
        DecoderExport.Write(this, folder, precision switch
        {
            Precision.Float32 => ScalarType.Float32,
            Precision.BFloat16 => ScalarType.BFloat16,
            _ => Type,
        });

    /// <summary>Runs the model.</summary>
    /// <remarks>
    /// Sequences may be longer than <see cref="DecoderConfig.MaxPositions"/>, unless positions are learned: rotary positions go
    /// on, but the model has never seen them. The position of a padding token sees the tokens before it, as in the reference; one that follows
    /// no token gives finite values without meaning. Tokens do not see padding on their right in any case: where nobody
    /// reads the padded positions, no mask gives the same and is faster.
    /// </remarks>
    /// <param name="inputIds">Token ids, I64 [B, S], each within 0 .. V − 1.</param>
    /// <param name="attentionMask">I64 or Bool [B, S], non-zero where a token counts; null when all do.</param>
    /// <param name="request">What to return, and what to edit on the way.</param>
    /// <returns>The tensors asked for. The caller disposes them.</returns>
    /// <exception cref="ArgumentException">The request names a hidden state that the model does not have, a shape is wrong, an id is outside the vocabulary, there are more positions than the model has learned, or an edit is not possible.</exception>
    public DecoderOutput Forward(Tensor inputIds, Tensor? attentionMask, ForwardRequest request) =>
        Forward(inputIds, attentionMask, request, cache: null);

    /// <summary>Continues the prompts token by token, greedily unless the options ask for sampling.</summary>
    /// <remarks>
    /// Prompts of different lengths are padded on the left and need a mask; positions count attended tokens only, as in
    /// Hugging Face's <c>generate</c>.
    /// </remarks>
    /// <param name="promptIds">Token ids, I64 [B, S].</param>
    /// <param name="attentionMask">I64 or Bool [B, S], zero where a prompt is padded; null when none is.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="cancellationToken">Looked at before every token.</param>
    /// <returns>Prompts and new tokens. The caller disposes it.</returns>
    /// <exception cref="ArgumentException">A shape, an id or an option is wrong, or a prompt does not end with a token.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public GeneratedTokens Generate(
        Tensor promptIds, Tensor? attentionMask = null, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        new TokenGenerator(this, options ?? new GenerationOptions()).Run(promptIds, attentionMask, cancellationToken);

    /// <summary>
    /// Runs the model on positions that follow those of a cache, to which they are added. The mask, [B, P + S], covers
    /// the P cached positions too.
    /// </summary>
    internal DecoderOutput Forward(Tensor inputIds, Tensor? attentionMask, ForwardRequest request, KeyValueCache? cache)
    {
        TorchRuntime.UseThreads();
        var cached = cache?.Length ?? 0;
        ForwardCheck.Shapes(inputIds, attentionMask, cached);
        ForwardCheck.Request(request, this);
        ForwardCheck.TokenIds(inputIds, Config.VocabularySize);
        using var scope = NewDisposeScope();
        var ids = inputIds.to(Device);
        var mask = attentionMask?.to(Device).to_type(ScalarType.Bool);
        var context = new PassContext(this, mask, cached, ids.size(1), request.PositionsFromMask);
        ForwardCheck.Positions(context, cached + ids.size(1), Config);
        var states = HiddenStates(ids, context, request, cache);
        var logits = request.Logits ? Logits(states[Config.LayerCount]) : null;
        var wanted = states.Where(state => request.HiddenStates.Contains(state.Key)).ToDictionary();
        foreach (var state in wanted.Values)
            state.MoveToOuterDisposeScope();
        return new DecoderOutput(wanted, logits?.MoveToOuterDisposeScope());
    }

    /// <summary>Scores of the next token, what <see cref="ForwardRequest.Logits"/> gives, of some positions alone: a vocabulary is wide.</summary>
    /// <param name="lastHiddenState">Rows of the last hidden state, [..., D].</param>
    /// <returns>[..., V]; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The model was loaded without its output head.</exception>
    public Tensor Logits(Tensor lastHiddenState)
    {
        if (Head is null)
            throw new InvalidOperationException($"Logits need the whole model: this {Config.ModelType} model was loaded up to hidden state {LastHiddenState}, without the output head.");
        var logits = functional.linear(lastHiddenState, Head, _parts.HeadBias);
        if (Config.LogitSoftCap is not { } cap)
            return logits;
        using var scope = NewDisposeScope();
        return ((logits / cap).tanh() * cap).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parts.Dispose();
        Rotary.Dispose();
    }

    private static DecoderConfig WithGenerationConfig(DecoderConfig config, string folder)
    {
        var path = Path.Combine(folder, "generation_config.json");
        return File.Exists(path) ? DecoderConfigReader.WithGeneration(config, File.ReadAllText(path), path) : config;
    }

    /// <summary>The hidden states asked for, and the last one when logits are.</summary>
    private Dictionary<int, Tensor> HiddenStates(Tensor ids, PassContext context, ForwardRequest request, KeyValueCache? cache)
    {
        var wanted = request.HiddenStates.ToHashSet();
        if (request.Logits)
            wanted.Add(Config.LayerCount);
        var depth = wanted.Count == 0 ? 0 : wanted.Max();
        var states = new Dictionary<int, Tensor>();
        var hidden = Embedded(ids, context.Positions);
        for (var index = 0; ; index++)
        {
            if (index == Config.LayerCount)
                hidden = FinalNorm!.Apply(hidden);
            if (request.Edits.TryGetValue(index, out var edit))
                hidden = EditedHiddenState.Of(hidden, index, edit);
            if (wanted.Contains(index))
                states[index] = hidden;
            if (index == depth)
                return states;
            var next = Layers[index].Forward(hidden, context.For(index), cache?.Layers[index]);
            if (!wanted.Contains(index) && !hidden.requires_grad)
                hidden.Dispose();
            hidden = next;
        }
    }

    /// <summary>Hidden state 0: ids [B, S] and positions [S] or [B, S] → [B, S, D].</summary>
    private Tensor Embedded(Tensor ids, Tensor positions)
    {
        using var scope = NewDisposeScope();
        var embedded = Embedding.index_select(0, ids.reshape(-1)).view(ids.size(0), ids.size(1), -1);
        if (Config.EmbeddingScale != 1)
            embedded = embedded * tensor(Config.EmbeddingScale, Type, Device);
        if (_parts.Positions is { } learned)
            embedded = embedded + learned.index_select(0, positions.reshape(-1)).view([.. positions.shape, -1]);
        return embedded.MoveToOuterDisposeScope();
    }
}
