using System.Runtime.InteropServices;
using RouteSae.Kernels;
using RouteSae.Tensors;

namespace RouteSae.Tokens.Windows;

/// <summary>What <see cref="PackedSequences"/> does, one window at a time, with a position that can be saved between two windows.</summary>
internal sealed class SequencePacker
{
    private readonly PackingOptions _options;
    private readonly RandomStream _random;
    private readonly List<int> _window;
    private readonly List<PackedSequence> _buffer = [];
    private IReadOnlyList<int> _document = [];
    private int _place; // in the document
    private bool _ended; // the documents
    private bool _shuffled; // what the buffer held at the end

    public SequencePacker(PackingOptions options)
    {
        _options = options;
        _random = new RandomStream(options.Seed);
        _window = new List<int>(options.ContextLength);
    }

    /// <summary>The next window; null after the last one.</summary>
    /// <param name="nextDocument">The next document's tokens; null after the last one; not asked for again then.</param>
    public PackedSequence? Next(Func<IReadOnlyList<int>?> nextDocument)
    {
        while (NextInOrder(nextDocument) is { } window)
        {
            if (_buffer.Count >= _options.ShuffleBuffer - 1)
                return Exchange(window);
            _buffer.Add(window);
        }
        if (!_shuffled)
            _random.Shuffle(CollectionsMarshal.AsSpan(_buffer));
        _shuffled = true;
        return TakeLast();
    }

    /// <summary>Saves the position: the window that is not full yet, the rest of the document, the windows that wait, the random stream.</summary>
    public void Save(TrainingState state)
    {
        state.Set("ended", _ended);
        state.Set("shuffled", _shuffled);
        state.Set("random", _random.State);
        state.SetNumbers("window", [.. _window]);
        state.SetNumbers("document", [.. _document.Skip(_place)]);
        PackedSequence.Save(_buffer, state.Within("buffer."));
    }

    /// <summary>Takes over a saved position.</summary>
    public void Restore(TrainingState state)
    {
        _ended = state.Value<bool>("ended");
        _shuffled = state.Value<bool>("shuffled");
        _random.State = state.Required<ulong[]>("random");
        _window.Clear();
        _window.AddRange(state.Numbers("window"));
        (_document, _place) = (state.Numbers("document"), 0);
        _buffer.Clear();
        _buffer.AddRange(PackedSequence.Restore(state.Within("buffer.")));
    }

    private PackedSequence? NextInOrder(Func<IReadOnlyList<int>?> nextDocument)
    {
        while (true)
        {
            while (_place < _document.Count)
            {
                Add(_document[_place++]);
                if (_window.Count == _options.ContextLength)
                    return Cut();
            }
            var document = _ended ? null : nextDocument();
            _ended = document is null;
            if (document is null)
                return _window.Count > 0 ? Cut() : null;
            _document = document.Count > 0 && _options.EndOfText is { } end ? [.. document, end] : document;
            _place = 0;
        }
    }

    private void Add(int token)
    {
        if (_window.Count == 0 && _options.WindowStart is { } start)
            _window.Add(start);
        _window.Add(token);
    }

    private PackedSequence Cut()
    {
        var ids = new int[_options.ContextLength];
        Array.Fill(ids, _options.EndOfText ?? 0);
        _window.CopyTo(ids);
        var length = _window.Count;
        _window.Clear();
        return new PackedSequence(ids, length);
    }

    /// <summary>A window changes places with a random one of the buffer, which is given out; or goes out itself.</summary>
    private PackedSequence Exchange(PackedSequence window)
    {
        var place = _random.Next(_buffer.Count + 1);
        if (place == _buffer.Count)
            return window;
        var given = _buffer[place];
        _buffer[place] = window;
        return given;
    }

    private PackedSequence? TakeLast()
    {
        if (_buffer.Count == 0)
            return null;
        var last = _buffer[^1];
        _buffer.RemoveAt(_buffer.Count - 1);
        return last;
    }
}
