using static TorchSharp.torch;

namespace RouteSae.Tokens.Windows;

/// <summary>The tokens of B windows of one length S, row after row, and the tensors that a language model wants of them.</summary>
internal sealed class WindowTokens
{
    private readonly int[] _ids;
    private readonly bool[] _isText;
    private readonly long[] _shape; // [B, S]

    public WindowTokens(IReadOnlyList<PackedSequence> windows)
    {
        _shape = [windows.Count, windows[0].Ids.Length];
        _ids = [.. windows.SelectMany(window => window.Ids)];
        _isText = [.. windows.SelectMany(window => Enumerable.Range(0, window.Ids.Length).Select(place => place < window.Length))];
    }

    /// <summary>Whether no window is padded.</summary>
    public bool AreAllText => Array.TrueForAll(_isText, text => text);

    /// <summary>I64 [B, S].</summary>
    public Tensor InputIds(Device? device = null) => tensor(Array.ConvertAll(_ids, id => (long)id), dimensions: _shape, device: device);

    /// <summary>Bool [B, S], false at padding.</summary>
    public Tensor AttentionMask(Device? device = null) => tensor(_isText, dimensions: _shape, device: device);

    /// <summary>Bool [B, S], false at padding and at tokens that are left out.</summary>
    /// <param name="leftOut">Token ids.</param>
    /// <param name="device">Default: the CPU.</param>
    public Tensor RealTokens(IReadOnlySet<int> leftOut, Device? device = null) =>
        tensor(_ids.Zip(_isText, (id, text) => text && !leftOut.Contains(id)).ToArray(), dimensions: _shape, device: device);
}
