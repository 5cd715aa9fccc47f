using System.Text.Json;
using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

/// <summary>One case of tests/golden/sae: what the reference implementation computed.</summary>
internal sealed class AutoencoderCase : IDisposable
{
    private readonly JsonDocument _json;

    public AutoencoderCase(string name)
    {
        _json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", $"{name}.json")));
        Tensors = new GoldenTensors(RepositoryFiles.Golden("sae", $"{name}.safetensors"));
    }

    public GoldenTensors Tensors { get; }

    public JsonElement Json => _json.RootElement;

    public JsonElement Trajectory => Json.GetProperty("trajectory");

    /// <summary>The reference's name of what was run: a class of its model.py, MLSAE or Random.</summary>
    public string Kind => Json.GetProperty("arch").GetString()!;

    public ReferenceArchitectures Architectures => new(Json.GetProperty("config"), Json);

    public TopKArchitecture TopK => Architectures.TopK;

    public RouteSaeArchitecture RouteSae => Architectures.RouteSae;

    /// <summary>λ; null for TopK, which the reference trains without.</summary>
    public double? SparsityCoefficient => Kind is "Vanilla" or "Gated" or "JumpReLU" or "Crosscoder" ? Config("lamda").GetDouble() : null;

    public IEnumerable<AutoencoderVariant> Variants => Json.GetProperty("variants").EnumerateArray().Select(ReadVariant);

    public JsonElement Config(string name) => Json.GetProperty("config").GetProperty(name);

    /// <summary>The model as training began with it.</summary>
    /// <param name="mode">Routes in another way than the case was trained.</param>
    public AutoencoderModel Model(RoutingMode? mode = null) => Architectures.Create(Kind, Tensors.Under("param."), mode);

    /// <summary>A model of which the single step of the case is the whole loss: the reference took MLSAE's first hidden state alone.</summary>
    public AutoencoderModel SingleStepModel() =>
        Kind == "MLSAE" ? new SingleLayerModel(Architectures.CreateAutoencoder(Kind, Tensors.Under("param.")), hiddenState: 3) : Model();

    /// <summary>The raw hidden states that the model reads in a batch, each [N, D].</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="drawn">The hidden state that the reference drew for it, where it draws.</param>
    public Tensor[] HiddenStates(int batch, int? drawn = null)
    {
        var states = Tensors["input.hidden_states"][batch];
        return Kind switch
        {
            "RouteSAE" or "Crosscoder" => [.. Enumerable.Range(0, (int)states.shape[2]).Select(layer => Tokens(states.select(2, layer)))],
            "MLSAE" => [.. Enumerable.Range(0, (int)states.shape[0]).Select(layer => Tokens(states[layer]))],
            // Whichever hidden state ours draws, it reads the one that the reference drew.
            "Random" => [.. Enumerable.Repeat(Tokens(states[(drawn ?? Config("layer").GetInt32()) - 1]), (int)states.shape[0])],
            _ => [Tokens(states)],
        };
    }

    /// <summary>What the single step of the case computed, of all that the model encodes: the reference took MLSAE's first hidden state alone.</summary>
    public (Tensor Targets, Tensor Codes, Tensor Reconstruction) SingleStep(EncodedActivations encoded, int latents)
    {
        var tokens = HiddenStates(0)[0].shape[0];
        return (encoded.Targets.narrow(0, 0, tokens), encoded.Codes.ToDense(latents).narrow(0, 0, tokens), encoded.Reconstruction.narrow(0, 0, tokens));
    }

    /// <summary>A golden tensor with its batch and sequence dimensions joined to one of tokens.</summary>
    public Tensor Tokens(string name) => Tokens(Tensors[name]);

    public double[] Numbers(string name) => Trajectory.GetProperty(name).EnumerateArray().Select(number => number.GetDouble()).ToArray();

    public void Dispose()
    {
        Tensors.Dispose();
        _json.Dispose();
    }

    private static Tensor Tokens(Tensor tensor) => tensor.reshape([-1, .. tensor.shape[2..]]);

    private static AutoencoderVariant ReadVariant(JsonElement variant) => new(
        variant.GetProperty("name").GetString()!,
        variant.TryGetProperty("routing", out var routing) ? Enum.Parse<RoutingMode>(routing.GetString()!, ignoreCase: true) : null,
        variant.TryGetProperty("infer_k", out var activeLatents)
            ? CodeSelection.Largest(activeLatents.GetInt32())
            : CodeSelection.Above(variant.GetProperty("theta").GetDouble()),
        variant.GetProperty("normalized_mse").GetSingle(),
        variant.GetProperty("mean_active").GetDouble());
}
