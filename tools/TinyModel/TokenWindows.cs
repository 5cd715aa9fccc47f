using static TorchSharp.torch;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// A corpus as one row of token ids, cut into windows of the context length that are visited in a shuffled order, each
/// once. A window holds one token more than the context: inputs are all but the last, targets all but the first.
/// </summary>
internal sealed class TokenWindows
{
    private readonly ushort[] _tokens;
    private readonly int _context;
    private readonly int[] _order;

    public TokenWindows(ushort[] tokens, int context, int seed)
    {
        (_tokens, _context) = (tokens, context);
        _order = [.. Enumerable.Range(0, (tokens.Length - 1) / context)];
        new Random(seed).Shuffle(_order);
    }

    public int Count => _order.Length;

    /// <summary>Inputs and targets, I64 [batch, context], of the windows from <paramref name="start"/> on, cyclically.</summary>
    public (Tensor Inputs, Tensor Targets) Batch(long start, int batch)
    {
        var inputs = new long[batch * _context];
        var targets = new long[batch * _context];
        for (var row = 0; row < batch; row++)
        {
            var offset = _order[(start + row) % Count] * _context;
            for (var i = 0; i < _context; i++)
            {
                inputs[row * _context + i] = _tokens[offset + i];
                targets[row * _context + i] = _tokens[offset + i + 1];
            }
        }
        return (tensor(inputs, [batch, _context]), tensor(targets, [batch, _context]));
    }
}
