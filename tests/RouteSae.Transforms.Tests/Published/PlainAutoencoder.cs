using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

/// <summary>What SAELens and sparsify compute, from the tensors as they are stored, in float64 loops.</summary>
internal sealed class PlainAutoencoder
{
    private readonly Dictionary<string, double[]> _tensors;
    private readonly int _hidden;
    private readonly int _latents;

    /// <param name="tensors">Under the names of SAELens.</param>
    public PlainAutoencoder(IReadOnlyDictionary<string, Tensor> tensors)
    {
        (_hidden, _latents) = ((int)tensors["W_enc"].shape[0], (int)tensors["W_enc"].shape[1]);
        _tensors = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.contiguous().to_type(ScalarType.Float64).data<double>().ToArray());
    }

    public required string Architecture { get; init; }

    public string Normalization { get; init; } = "none";

    public bool AppliesInputBias { get; init; } = true;

    public bool RescalesByDecoderNorm { get; init; }

    public int ActiveLatents { get; init; } = PublishedFolder.ActiveLatents;

    /// <summary>The activations of one token, and its reconstruction on the scale of what was read.</summary>
    public (double[] Codes, double[] Reconstruction) Run(double[] raw)
    {
        var (input, back) = Normalize(raw);
        var codes = Encode(input);
        var reconstruction = new double[_hidden];
        for (var d = 0; d < _hidden; d++)
        {
            reconstruction[d] = _tensors["b_dec"][d];
            for (var m = 0; m < _latents; m++)
                reconstruction[d] += codes[m] / Norm(m) * LatentScale(m) * _tensors["W_dec"][m * _hidden + d];
        }

        return (codes, [.. reconstruction.Select(back)]);
    }

    private double[] Encode(double[] input)
    {
        var pre = new double[_latents];
        for (var m = 0; m < _latents; m++)
        {
            for (var d = 0; d < _hidden; d++)
                pre[m] += (input[d] - (AppliesInputBias ? _tensors["b_dec"][d] : 0)) * _tensors["W_enc"][d * _latents + m];
            if (Architecture != "gated")
                pre[m] += _tensors["b_enc"][m];
            pre[m] *= Norm(m);
        }

        var kept = Architecture == "topk" ? pre.Order().Reverse().ElementAt(ActiveLatents - 1) : 0;
        return [.. pre.Select((value, m) => Architecture switch
        {
            "topk" => value >= kept ? Math.Max(value, 0) : 0,
            "jumprelu" => value > _tensors["threshold"][m] ? Math.Max(value, 0) : 0,
            "gated" => value + _tensors["b_gate"][m] > 0 ? Math.Max((Math.Exp(_tensors["r_mag"][m]) * value) + _tensors["b_mag"][m], 0) : 0,
            _ => Math.Max(value, 0),
        })];
    }

    private (double[] Input, Func<double, double> Back) Normalize(double[] raw)
    {
        if (Normalization == "constant_norm_rescale")
        {
            var coefficient = Math.Sqrt(_hidden) / Math.Sqrt(raw.Sum(value => value * value));
            return ([.. raw.Select(value => value * coefficient)], value => value / coefficient);
        }

        if (Normalization != "layer_norm")
            return (raw, value => value);
        var mean = raw.Average();
        var deviation = Math.Sqrt(raw.Sum(value => (value - mean) * (value - mean)) / (_hidden - 1));
        return ([.. raw.Select(value => (value - mean) / (deviation + 1e-5))], value => (value * deviation) + mean);
    }

    private double Norm(int latent) =>
        RescalesByDecoderNorm ? Math.Sqrt(Enumerable.Range(0, _hidden).Sum(d => Math.Pow(_tensors["W_dec"][latent * _hidden + d], 2))) : 1;

    private double LatentScale(int latent) => _tensors.TryGetValue("finetuning_scaling_factor", out var scales) ? scales[latent] : 1;
}
