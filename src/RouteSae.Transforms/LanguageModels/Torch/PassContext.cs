using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch;

/// <summary>The positions of one forward pass, and what its layers share by kind; made when a layer first asks. Belongs to the scope around it.</summary>
internal sealed class PassContext
{
    private readonly DecoderConfig _config;
    private readonly RotaryTables _rotary;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly Tensor? _mask;
    private readonly long _cached;
    private readonly long _length;
    private readonly Dictionary<(bool Sliding, bool Rotated), AttentionContext> _contexts = [];

    /// <summary>Prepares a pass over S new positions that follow P cached ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="mask">Bool [B, P + S], true where a token counts; null when all do.</param>
    /// <param name="cached">P.</param>
    /// <param name="length">S.</param>
    /// <param name="positionsFromMask">Whether positions count attended tokens only.</param>
    public PassContext(DecoderModel model, Tensor? mask, long cached, long length, bool positionsFromMask)
    {
        (_config, _rotary, _type, _device) = (model.Config, model.Rotary, model.Type, model.Device);
        (_cached, _length) = (cached, length);
        Positions = positionsFromMask && mask is not null
            ? (mask.to_type(ScalarType.Int64).cumsum(1) - 1).clamp_min(0).narrow(1, cached, length) // [B, S]
            : tensor([.. Enumerable.Range(0, (int)length).Select(position => cached + position)], ScalarType.Int64, _device); // [S]
        _mask = mask is null || mask.all().item<bool>() ? null : mask;
    }

    /// <summary>[S] or [B, S].</summary>
    public Tensor Positions { get; }

    /// <summary>What a layer needs.</summary>
    public AttentionContext For(int layer)
    {
        var kind = (Sliding: _config.IsSliding(layer), Rotated: _config.IsRotated(layer));
        if (!_contexts.TryGetValue(kind, out var context))
        {
            // [B, S] must broadcast over heads.
            var positions = Positions.dim() == 2 ? Positions.unsqueeze(1) : Positions;
            (Tensor, Tensor)? tables = kind.Rotated ? _rotary.Tables(kind.Sliding, positions, _cached + _length, _type) : null;
            var window = kind.Sliding ? _config.SlidingWindow : null;
            _contexts[kind] = context = AttentionContext.Create(tables, _mask, _cached, _length, window, _device);
        }

        return context;
    }
}
