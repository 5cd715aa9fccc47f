using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Training.Sources;

/// <summary>Hidden states of up to a fixed number of tokens, in tensors that are made once.</summary>
internal sealed class ActivationRows : IDisposable
{
    private readonly int _capacity;
    private Tensor[] _rows = []; // L x [capacity, D]
    private IReadOnlyList<int>? _indices;

    public ActivationRows(int capacity) => _capacity = capacity;

    public int Count { get; private set; }

    public bool IsFull => Count == _capacity;

    /// <summary>Appends real tokens of a batch, from a given one on, as far as there is room.</summary>
    /// <returns>The first token that found no room; −1 when all did.</returns>
    public long Append(HiddenStateBatch batch, long from)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var incoming = batch.RealTokens();
        _indices = batch.Indices;
        if (_rows.Length == 0)
            _rows = incoming.Select(like => Allocate(like, like.device)).ToArray();
        var total = incoming[0].shape[0];
        var count = Math.Min(total - from, _capacity - Count);
        for (var i = 0; i < _rows.Length; i++)
            _rows[i].narrow(0, Count, count).copy_(incoming[i].narrow(0, from, count));
        Count += (int)count;
        return from + count < total ? from + count : -1;
    }

    public HiddenStateBatch Take(long[] rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: _rows[0].device);
        return new HiddenStateBatch(_rows.Select(tensor => tensor.index_select(0, index)).ToArray(), indices: _indices);
    }

    /// <summary>Keeps these rows only, and makes room for others.</summary>
    public void Keep(long[] rows)
    {
        Count = rows.Length;
        if (rows.Length == 0)
            return;
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: _rows[0].device);
        foreach (var tensor in _rows)
            tensor.narrow(0, 0, rows.Length).copy_(tensor.index_select(0, index));
    }

    public void Save(TrainingState state)
    {
        using var scope = NewDisposeScope();
        state.Set("count", Count);
        state.Set("hiddenStates", _rows.Length);
        state.Set("indices", _indices);
        for (var i = 0; i < _rows.Length; i++)
            state.Set($"{i}", _rows[i].narrow(0, 0, Count));
    }

    public void Restore(TrainingState state, Device device)
    {
        Dispose();
        Count = state.Value<int>("count");
        _indices = state.Value<int[]?>("indices");
        var saved = Enumerable.Range(0, state.Value<int>("hiddenStates")).Select(i => state.Tensor($"{i}")).ToArray();
        _rows = [.. saved.Select(like => Allocate(like, device))];
        using var scope = NewDisposeScope();
        for (var i = 0; i < _rows.Length; i++)
            _rows[i].narrow(0, 0, Count).copy_(saved[i]);
    }

    public void Dispose()
    {
        foreach (var tensor in _rows)
            tensor.Dispose();
    }

    private Tensor Allocate(Tensor like, Device device) =>
        empty([_capacity, like.shape[1]], dtype: like.dtype, device: device).DetachFromDisposeScope();
}
