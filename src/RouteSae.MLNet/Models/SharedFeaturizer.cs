using RouteSae.Features;

namespace RouteSae.MLNet.Models;

/// <summary>
/// One network in memory that several transformers use. It is loaded at the first use and freed when its last owner has left and
/// nobody is in the middle of a call; a use after that loads it again, so no order of leaving and using can fail.
/// </summary>
/// <param name="load">Loads it.</param>
/// <param name="freed">Called when it is freed.</param>
internal sealed class SharedFeaturizer(Func<ITextFeaturizer> load, Action? freed = null)
{
    private readonly Lock _gate = new();
    private ITextFeaturizer? _loaded;
    private int _owners;
    private int _calls;

    public bool IsLoaded
    {
        get
        {
            lock (_gate)
            {
                return _loaded is not null;
            }
        }
    }

    public void AddOwner()
    {
        lock (_gate)
        {
            _owners++;
        }
    }

    public void RemoveOwner()
    {
        lock (_gate)
        {
            _owners--;
            FreeWhenUnused();
        }
    }

    public TResult Use<TResult>(Func<ITextFeaturizer, TResult> use)
    {
        ITextFeaturizer featurizer;
        lock (_gate)
        {
            featurizer = _loaded ??= load();
            _calls++;
        }

        try
        {
            return use(featurizer);
        }
        finally
        {
            lock (_gate)
            {
                _calls--;
                FreeWhenUnused();
            }
        }
    }

    private void FreeWhenUnused()
    {
        if (_owners == 0 && _calls == 0)
        {
            _loaded?.Dispose();
            _loaded = null;
            freed?.Invoke();
        }
    }
}
