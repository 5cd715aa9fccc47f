namespace RouteSae.MLNet.Hosting;

/// <summary>The model that answers. Another can take its place at any time; whoever uses the old one finishes with it.</summary>
internal sealed class ModelSlot<TInput, TOutput>
    where TInput : class, new()
    where TOutput : class, new()
{
    private readonly Lock _gate = new();
    private ServedModel<TInput, TOutput>? _current;
    private bool _closed;

    /// <summary>When the model that answers was loaded; null when there is none.</summary>
    public DateTimeOffset? LoadedAt
    {
        get
        {
            lock (_gate)
            {
                return _current?.LoadedAt;
            }
        }
    }

    /// <summary>Uses the current model, or gives null when there is none.</summary>
    public ServedModel<TInput, TOutput>? Use()
    {
        lock (_gate)
        {
            return _current is { } model && model.TryUse() ? model : null;
        }
    }

    /// <summary>Puts another model in place and retires the one before. Once the slot is closed, the new one is retired instead, and it is false.</summary>
    public bool TryReplace(ServedModel<TInput, TOutput> next)
    {
        ServedModel<TInput, TOutput>? retired = next;
        lock (_gate)
        {
            if (!_closed)
            {
                (retired, _current) = (_current, next);
            }
        }

        retired?.Release();
        return retired != next;
    }

    /// <summary>Retires the model; none comes after it.</summary>
    public void Close()
    {
        ServedModel<TInput, TOutput>? retired;
        lock (_gate)
        {
            (retired, _current, _closed) = (_current, null, true);
        }

        retired?.Release();
    }
}
