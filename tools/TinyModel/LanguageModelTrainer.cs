using RouteSae.LanguageModels;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// Trains a decoder to predict the next token: bfloat16 products over float32 master weights, Muon for the matrices of
/// the layers, Adam for the embedding and the norms, warm-up, constant rate, linear decay.
/// </summary>
internal sealed class LanguageModelTrainer : IDisposable
{
    private readonly DecoderModel _model;
    private readonly List<MuonGroup> _matrices = [];
    private readonly List<(Tensor Weight, AdamGroup State)> _vectors = [];
    private readonly AdamGroup _embedding;
    private readonly Tensor _headGradient;

    public LanguageModelTrainer(DecoderModel model)
    {
        _model = model;
        var config = model.Config;
        foreach (var parameter in model.Parameters)
            parameter.requires_grad_(true);
        int queries = config.AttentionHeads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        var layers = model.Layers;
        AddMatrices(layers.Select(l => (l.Attention.QueryKeyValue, 0L)).Concat(layers.Select(l => (l.Attention.Output, 0L))), queries);
        AddMatrices(layers.SelectMany(l => new[] { (l.Attention.QueryKeyValue, (long)queries), (l.Attention.QueryKeyValue, (long)queries + keys) }), keys);
        AddMatrices(layers.SelectMany(l => new[] { (l.FeedForward.GateUp, 0L), (l.FeedForward.GateUp, (long)config.IntermediateSize) }), config.IntermediateSize);
        AddMatrices(layers.Select(l => (l.FeedForward.Down, 0L)), config.HiddenSize);
        foreach (var norm in layers.SelectMany(l => new[] { l.AttentionNorm, l.FeedForwardNorm }).Append(model.FinalNorm))
            _vectors.Add((norm!.Weight!, new AdamGroup(norm.Weight!)));
        _embedding = new AdamGroup(model.Embedding);
        _headGradient = zeros_like(_embedding.Master).DetachFromDisposeScope();
    }

    /// <summary>Steps done.</summary>
    public long Steps { get; private set; }

    /// <summary>One step on inputs and targets I64 [B, S]. Returns the mean cross-entropy in nats.</summary>
    public double Step(Tensor inputs, Tensor targets, TrainingRates rates)
    {
        using var scope = NewDisposeScope();
        var last = _model.Config.LayerCount;
        using var output = _model.Forward(inputs, null, new ForwardRequest { HiddenStates = [last] });
        var hidden = output.HiddenState(last);
        _headGradient.zero_();
        var (loss, gradient) = CrossEntropyHead.Backward(
            hidden.detach().view(-1, hidden.size(-1)), targets.view(-1), _model.Embedding.detach(), _headGradient);
        hidden.backward([gradient.view_as(hidden)]);
        Update(rates);
        return loss;
    }

    /// <summary>Writes master weights and optimiser state, from which <see cref="Restore"/> goes on.</summary>
    public void SaveState(string path) =>
        SafetensorsWriter.Write(path, State(), new Dictionary<string, string> { ["steps"] = $"{Steps}" });

    /// <summary>Reads what <see cref="SaveState"/> wrote.</summary>
    public void Restore(string path)
    {
        using var file = SafetensorsFile.Open(path);
        using var noGradient = no_grad();
        foreach (var (name, tensor) in State())
        {
            using var stored = file.Load(name);
            tensor.copy_(stored);
        }
        Steps = long.Parse(file.Metadata["steps"]);
        _matrices.ForEach(group => group.WriteBack());
        _vectors.ForEach(vector => vector.State.WriteBack());
        _embedding.WriteBack();
    }

    public void Dispose()
    {
        _matrices.ForEach(group => group.Dispose());
        _vectors.ForEach(vector => vector.State.Dispose());
        _embedding.Dispose();
        _headGradient.Dispose();
    }

    private void AddMatrices(IEnumerable<(Tensor Weight, long Start)> parts, long rows)
    {
        foreach (var sameWidth in parts.GroupBy(part => part.Weight.size(1)))
            _matrices.Add(new MuonGroup([.. sameWidth], rows));
    }

    private void Update(TrainingRates rates)
    {
        Steps++;
        foreach (var group in _matrices)
            group.Step(rates.Matrices, rates.WeightDecay);
        foreach (var (weight, state) in _vectors)
        {
            using var gradient = weight.grad!.to_type(ScalarType.Float32);
            state.Step(gradient, rates.Others, Steps);
        }
        using (var lookups = _model.Embedding.grad!.to_type(ScalarType.Float32))
            _headGradient.add_(lookups);
        _embedding.Step(_headGradient, rates.Others, Steps);
        foreach (var parameter in _model.Parameters)
            parameter.grad = null;
    }

    private IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        for (var i = 0; i < _matrices.Count; i++)
        {
            yield return new($"matrices.{i}.master", _matrices[i].Master);
            yield return new($"matrices.{i}.velocity", _matrices[i].Velocity);
        }
        foreach (var (name, group) in _vectors.Select((vector, i) => ($"vectors.{i}", vector.State)).Append(("embedding", _embedding)))
        {
            yield return new($"{name}.master", group.Master);
            yield return new($"{name}.first", group.First);
            yield return new($"{name}.second", group.Second);
        }
    }
}

/// <summary>What one step uses.</summary>
/// <param name="Matrices">Learning rate of Muon.</param>
/// <param name="Others">Learning rate of Adam.</param>
/// <param name="WeightDecay">Decay of the matrices, times the learning rate.</param>
internal sealed record TrainingRates(double Matrices, double Others, double WeightDecay);
