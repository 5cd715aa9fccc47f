using RouteSae.Features;

namespace RouteSae.MLNet.Models;

/// <summary>
/// A transformer's share in a <see cref="SharedFeaturizer"/>. ML.NET gives one transformer to many and lets each of them dispose it:
/// whoever fitted it, and every prediction engine (which owns its transformer unless told otherwise). So each of them holds a
/// claim, and the network is given up with the last one. The count can be off (an engine that does not own the transformer takes
/// a claim that it never gives back, and a chain passes on the first of several calls of its Dispose only), but only the moment of
/// freeing depends on it: too few claims free the network early and the next use loads it again, too many leave it to the garbage
/// collector.
/// </summary>
internal sealed class FeaturizerOwner(SharedFeaturizer shared)
{
    private readonly Lock _gate = new();
    private int _claims;

    public void Claim()
    {
        lock (_gate)
        {
            if (_claims++ == 0)
            {
                shared.AddOwner();
            }
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            if (_claims > 0 && --_claims == 0)
            {
                shared.RemoveOwner();
            }
        }
    }

    public TResult Use<TResult>(Func<ITextFeaturizer, TResult> use)
    {
        lock (_gate)
        {
            if (_claims == 0)
            {
                _claims = 1;
                shared.AddOwner();
            }
        }

        return shared.Use(use);
    }
}
