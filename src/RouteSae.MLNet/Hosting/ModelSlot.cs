namespace RouteSae.MLNet.Hosting;

/// <summary>The model that answers. Another can take its place at any time; whoever uses the old one finishes with it.</summary>
internal sealed class ModelSlot<TInput, TOutput>
    where TInput : class, new()
    where TOutput : class, new()
{
    private readonly Lock _gate = new();
    private ServedModel<TInput, TOutput>? _current;

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

    /// <summary>Puts another model in place, or none, and retires the one before.</summary>
    public void Replace(ServedModel<TInput, TOutput>? next)
    {
        ServedModel<TInput, TOutput>? before;
        lock (_gate)
        {
            (before, _current) = (_current, next);
        }

        before?.Release();
    }
}
