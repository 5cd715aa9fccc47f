using RouteSae.Autoencoders;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Benchmarks.PlainPort;

/// <summary>
/// The reference's RouteSAE with hard routing and sum aggregation, written in TorchSharp as a straightforward programmer would:
/// the baseline of every comparison. It is never made faster by tricks. Owns its tensors.
/// </summary>
internal sealed class PlainRouteSae : IDisposable
{
    /// <summary>As the tables name it.</summary>
    public const string Name = "plain port";

    private static readonly long[] s_lastDimension = [-1];

    private readonly Parameter _router; // [L, D]
    private readonly Parameter _preBias; // [D]
    private readonly Parameter _latentBias; // [M]
    private readonly Parameter _encoder; // [M, D]
    private readonly Parameter _decoder; // [D, M]

    /// <summary>A copy of a model's parameters.</summary>
    public PlainRouteSae(RouteSaeModel model)
        : this(model.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.ToStored(parameter.Value)), model.Architecture)
    {
    }

    /// <summary>Takes over the tensors of the reference's state_dict.</summary>
    public PlainRouteSae(IReadOnlyDictionary<string, Tensor> stateDictionary, RouteSaeArchitecture architecture)
    {
        Parameter Read(string name)
        {
            var parameter = new Parameter(stateDictionary[name]);
            parameter.DetachFromDisposeScope();
            return parameter;
        }

        (ActiveLatents, Fidelity) = (architecture.ActiveLatents, architecture.Fidelity);
        _router = Read("router.weight");
        _preBias = Read("sae.pre_bias");
        _latentBias = Read("sae.latent_bias");
        _encoder = Read("sae.encoder.weight");
        _decoder = Read("sae.decoder.weight");
        Parameters = new Dictionary<string, Parameter>
        {
            ["router.weight"] = _router,
            ["sae.pre_bias"] = _preBias,
            ["sae.latent_bias"] = _latentBias,
            ["sae.encoder.weight"] = _encoder,
            ["sae.decoder.weight"] = _decoder,
        };
    }

    /// <summary>K.</summary>
    public int ActiveLatents { get; }

    /// <summary>Whether negative values among the K largest are kept (reference) or count as not active (corrected).</summary>
    public Fidelity Fidelity { get; }

    /// <summary>The parameters by their names in the reference's state_dict.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters { get; }

    /// <summary>x = p* · x*, with xᵢ = (hᵢ − mean) / (std + 1e-6) and p = softmax(W_r Σ xᵢ).</summary>
    /// <param name="hiddenStates">L x [N, D], raw.</param>
    public PlainRouting Route(IReadOnlyList<Tensor> hiddenStates)
    {
        using var scope = NewDisposeScope();
        var stacked = stack(hiddenStates.Select(hidden => hidden.unsqueeze(0)), 0).permute(1, 2, 0, 3); // [1, N, L, D]
        var mean = stacked.mean(s_lastDimension, keepdim: true);
        var deviation = stacked.std(s_lastDimension, unbiased: true, keepdim: true);
        var x = (stacked - mean) / (deviation + 1e-6);
        var probabilities = F.softmax(F.linear(x.sum([2L]), _router), -1); // [1, N, L]
        var (largest, chosen) = probabilities.max(-1); // [1, N]
        var layerWeights = zeros_like(probabilities).scatter_(2, chosen.unsqueeze(-1), ones_like(probabilities));
        var place = chosen.unsqueeze(-1).unsqueeze(-1).expand(-1, -1, -1, x.size(-1)); // [1, N, 1, D]
        var routed = x.gather(2, place).squeeze(2) * largest.unsqueeze(-1);
        return new PlainRouting(
            routed.MoveToOuterDisposeScope(), probabilities.MoveToOuterDisposeScope(), layerWeights.MoveToOuterDisposeScope());
    }

    /// <summary>z = the K largest of W_enc (x − b_pre) + b_lat, as a dense tensor.</summary>
    /// <param name="x">[1, N, D].</param>
    /// <returns>[1, N, M].</returns>
    public Tensor Encode(Tensor x)
    {
        using var scope = NewDisposeScope();
        var preActivations = F.linear(x - _preBias, _encoder) + _latentBias;
        var (values, indices) = preActivations.topk(ActiveLatents, dim: -1);
        if (Fidelity == Fidelity.Corrected)
            values = values.relu();
        return zeros_like(preActivations).scatter(-1, indices, values).MoveToOuterDisposeScope();
    }

    /// <summary>x̂ = W_dec z + b_pre.</summary>
    /// <param name="latents">[1, N, M].</param>
    /// <returns>[1, N, D].</returns>
    public Tensor Decode(Tensor latents)
    {
        using var scope = NewDisposeScope();
        return (F.linear(latents, _decoder) + _preBias).MoveToOuterDisposeScope();
    }

    /// <summary>Scales the columns of W_dec to length 1.</summary>
    public void NormalizeDecoder()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _decoder.div_(_decoder.norm(dim: 0, keepdim: true));
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters.Values)
            parameter.Dispose();
    }
}
