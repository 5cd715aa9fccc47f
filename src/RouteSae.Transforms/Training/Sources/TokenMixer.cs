using RouteSae.Kernels;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Training.Sources;

/// <summary>
/// What <see cref="ActivationBuffer"/> does, one batch at a time, with a position that can be saved between two batches. Works in
/// rounds: the rows are filled up, and half of them are given out in random order. Owns the hidden states that it holds.
/// </summary>
internal sealed class TokenMixer : IDisposable
{
    private readonly int _batchTokens;
    private readonly int _capacity;
    private readonly RandomStream _random;
    private readonly ActivationRows _rows;
    private HiddenStateBatch? _incoming;
    private long _taken; // real tokens of the incoming batch that are among the rows
    private bool _ended;
    private long[]? _order; // of the rows that this round may give out; null between two rounds
    private int _drawn;
    private int _left; // batches of this round

    public TokenMixer(int batchTokens, int batches, int seed)
    {
        _batchTokens = batchTokens;
        _capacity = checked(batches * batchTokens);
        _random = new RandomStream(seed);
        _rows = new ActivationRows(_capacity);
    }

    /// <summary>The next batch, which the caller owns; null after the last one.</summary>
    /// <param name="nextBatch">The next batch to take in, which the mixer then owns; null after the last one.</param>
    public HiddenStateBatch? Next(Func<HiddenStateBatch?> nextBatch)
    {
        while (true)
        {
            if (_order is not null)
            {
                if (_left > 0 && _drawn < _order.Length)
                    return Draw(_order);
                _rows.Keep(_order[_drawn..]);
                _order = null;
            }
            if (_ended && _rows.Count == 0)
                return null;
            Fill(nextBatch);
            BeginRound();
        }
    }

    /// <summary>Saves the rows, the order in which they are to come, the rest of the batch that is being taken in, and the random stream.</summary>
    public void Save(TrainingState state)
    {
        state.Set("random", _random.State);
        state.Set("ended", _ended);
        state.Set("left", _order is null ? null : (int?)_left);
        state.SetNumbers("order", _order is null ? [] : [.. _order.Skip(_drawn).Select(row => (int)row)]);
        _rows.Save(state.Within("rows."));
        state.Set("hasIncoming", _incoming is not null);
        _incoming?.Save(_taken, state.Within("incoming."));
    }

    /// <summary>Takes over what <see cref="Save"/> has saved.</summary>
    /// <param name="state">The state.</param>
    /// <param name="device">Where the hidden states go.</param>
    public void Restore(TrainingState state, Device device)
    {
        _random.State = state.Required<ulong[]>("random");
        _ended = state.Value<bool>("ended");
        var left = state.Value<int?>("left");
        _order = left is null ? null : [.. state.Numbers("order").Select(row => (long)row)];
        (_drawn, _left) = (0, left ?? 0);
        _rows.Restore(state.Within("rows."), device);
        if (_left < 0 || _order?.Any(row => row < 0 || row >= _rows.Count) == true)
            throw SafetensorsFormatException.In(state.Location, $"the order of the mixed tokens names rows that are not there ({_rows.Count} are)");
        _incoming?.Dispose();
        _incoming = state.Value<bool>("hasIncoming") ? HiddenStateBatch.Restore(state.Within("incoming."), device) : null;
        _taken = 0;
    }

    /// <summary>Frees the hidden states.</summary>
    public void Dispose()
    {
        _incoming?.Dispose();
        _rows.Dispose();
    }

    private HiddenStateBatch Draw(long[] order)
    {
        var end = Math.Min(order.Length, _drawn + _batchTokens);
        var batch = _rows.Take(order[_drawn..end]);
        (_drawn, _left) = (end, _left - 1);
        return batch;
    }

    private void Fill(Func<HiddenStateBatch?> nextBatch)
    {
        while (!_rows.IsFull && !_ended)
        {
            if (_incoming is null)
                (_incoming, _taken) = (nextBatch(), 0);
            if (_incoming is null)
            {
                _ended = true;
                continue;
            }
            _taken = _rows.Append(_incoming, _taken);
            if (_taken >= 0)
                continue;
            _incoming.Dispose();
            _incoming = null;
        }
    }

    private void BeginRound()
    {
        _order = [.. Enumerable.Range(0, _rows.Count).Select(row => (long)row)];
        _random.Shuffle(_order.AsSpan());
        (_drawn, _left) = (0, _ended ? int.MaxValue : _capacity / 2 / _batchTokens);
    }
}
