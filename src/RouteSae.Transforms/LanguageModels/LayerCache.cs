using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Keys and values of one layer; the room doubles when it is full, so that n appended positions copy O(n).</summary>
internal sealed class LayerCache : IDisposable
{
    private const long SmallestRoom = 64;

    private Tensor? _keys; // [B, key-value heads, room, head size]
    private Tensor? _values;

    public long Length { get; private set; }

    /// <summary>Appends [B, key-value heads, S, head size] and returns views of everything held.</summary>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values)
    {
        var added = keys.size(2);
        _keys = Grow(_keys, keys, Length + added);
        _values = Grow(_values, values, Length + added);
        _keys.narrow(2, Length, added).copy_(keys);
        _values.narrow(2, Length, added).copy_(values);
        Length += added;
        return (_keys.narrow(2, 0, Length), _values.narrow(2, 0, Length));
    }

    /// <summary>Forgets all positions; the room stays.</summary>
    public void Clear() => Length = 0;

    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
    }

    private Tensor Grow(Tensor? held, Tensor like, long needed)
    {
        if (held is not null && held.size(2) >= needed)
            return held;
        var room = Math.Max(SmallestRoom, Math.Max(needed, 2 * (held?.size(2) ?? 0)));
        var grown = empty([like.size(0), like.size(1), room, like.size(3)], like.dtype, like.device).DetachFromDisposeScope();
        if (held is not null)
        {
            using var scope = NewDisposeScope();
            grown.narrow(2, 0, Length).copy_(held.narrow(2, 0, Length));
            held.Dispose();
        }
        return grown;
    }
}
