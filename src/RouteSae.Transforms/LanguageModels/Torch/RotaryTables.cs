using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch;

/// <summary>The rotary frequencies of a model's kinds of layers.</summary>
internal sealed class RotaryTables : IDisposable
{
    private readonly RotaryFrequencies? _full;
    private readonly RotaryFrequencies? _sliding;

    public RotaryTables(DecoderConfig config, Device device)
    {
        if (config.RotarySize == 0)
            return;
        _full = new RotaryFrequencies(config, config.Rope(sliding: false), device);
        _sliding = config.SlidingRope is null ? null : new RotaryFrequencies(config, config.Rope(sliding: true), device);
    }

    /// <summary>
    /// Whether the keys of a sequence must be rotated anew when it grows from one length to another. The mask, Bool [B, after],
    /// says which positions count; null when all do.
    /// </summary>
    public bool ChangeBetween(long before, long after, Tensor? mask)
    {
        if (_full?.DependOnLength != true && _sliding?.DependOnLength != true)
            return false;
        using var scope = NewDisposeScope();
        if (mask is not null)
        {
            var counted = mask.to_type(ScalarType.Int64).cumsum(1);
            (before, after) = (counted.select(1, before - 1).max().item<long>(), counted.select(1, after - 1).max().item<long>());
        }

        return _full?.ChangeBetween(before, after) == true || _sliding?.ChangeBetween(before, after) == true;
    }

    /// <summary>cos and sin of positions [..., S] → [..., S, rotated size], if the sequence has so many positions.</summary>
    public (Tensor Cosine, Tensor Sine) Tables(bool sliding, Tensor positions, long length, ScalarType type)
    {
        var frequencies = (sliding ? _sliding : null) ?? _full!;
        var longest = frequencies.DependOnLength && positions.dim() > 1 ? positions.max().item<long>() + 1 : length;
        return RotaryEmbedding.Tables(frequencies.For(longest), positions, type, frequencies.Factor);
    }

    public void Dispose()
    {
        _full?.Dispose();
        _sliding?.Dispose();
    }
}
