using RouteSae.Tensors;
using RouteSae.Tokens.Windows;

namespace RouteSae.Training.Sources;

/// <summary>One run of a <see cref="TextActivationSource"/> over its texts.</summary>
internal sealed class TextActivationRun : IActivationSource
{
    private readonly TextActivationSource _source;
    private readonly TextActivationOptions _options;
    private readonly TextStream _texts;
    private readonly TokenMixer _mixer;
    private readonly List<PackedSequence> _windows = []; // of the next forward pass
    private SequencePacker _packer;
    private int _pass;
    private bool _hasGivenWindows;

    public TextActivationRun(TextActivationSource source, TextActivationOptions options, IEnumerable<string> texts)
    {
        (_source, _options) = (source, options);
        _texts = new TextStream(texts);
        _mixer = new TokenMixer(options.BatchTokens, options.MixedBatches, options.Seed);
        _packer = new SequencePacker(source.Packing(pass: 0));
    }

    public IReadOnlyDictionary<string, string> Settings => _source.Settings();

    public HiddenStateBatch? Next(CancellationToken cancellationToken = default) => _mixer.Next(() => Forward(cancellationToken));

    public void Save(TrainingState state)
    {
        state.Set("pass", _pass);
        state.Set("hasGivenWindows", _hasGivenWindows);
        _texts.Save(state.Within("texts."));
        _packer.Save(state.Within("packing."));
        PackedSequence.Save(_windows, state.Within("windows."));
        _mixer.Save(state.Within("mixing."));
    }

    public void Restore(TrainingState state, CancellationToken cancellationToken = default)
    {
        _pass = state.Value<int>("pass");
        _hasGivenWindows = state.Value<bool>("hasGivenWindows");
        _packer = new SequencePacker(_source.Packing(_pass));
        _packer.Restore(state.Within("packing."));
        _windows.Clear();
        _windows.AddRange(PackedSequence.Restore(state.Within("windows.")));
        _mixer.Restore(state.Within("mixing."), _source.Device);
        _texts.Restore(state.Within("texts."), _options.Passes, cancellationToken); // the longest part comes last
    }

    public void Dispose()
    {
        _texts.Dispose();
        _mixer.Dispose();
    }

    // The windows are forgotten when their hidden states are there, so that a cancellation loses none.
    private HiddenStateBatch? Forward(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (_windows.Count < _options.WindowsPerForward && NextWindow() is { } window)
            _windows.Add(window);
        if (_windows.Count == 0)
            return _hasGivenWindows ? null : throw new ArgumentException("There is nothing to train on: the texts hold no token.");
        _hasGivenWindows = true;
        var batch = _source.Forward(_windows);
        _windows.Clear();
        return batch;
    }

    private PackedSequence? NextWindow()
    {
        for (; _pass < _options.Passes; _packer = new SequencePacker(_source.Packing(++_pass)))
        {
            if (_packer.Next(() => _texts.Next() is { } text ? _source.Tokens(text) : null) is { } window)
                return window;
        }
        return null;
    }
}
