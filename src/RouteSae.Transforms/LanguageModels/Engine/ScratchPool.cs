namespace RouteSae.LanguageModels.Engine;

/// <summary>Scratch for as many threads as ever worked at once.</summary>
internal sealed class ScratchPool
{
    private readonly Lock _gate = new();
    private readonly Stack<AttentionScratch> _free = [];

    public AttentionScratch Rent()
    {
        lock (_gate)
        {
            return _free.TryPop(out var scratch) ? scratch : new AttentionScratch();
        }
    }

    public void Return(AttentionScratch scratch)
    {
        lock (_gate)
        {
            _free.Push(scratch);
        }
    }
}
