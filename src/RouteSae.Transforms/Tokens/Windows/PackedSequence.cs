using RouteSae.Tensors;

namespace RouteSae.Tokens.Windows;

/// <summary>A context window of tokens.</summary>
/// <param name="Ids">Token ids, as many as the context is long.</param>
/// <param name="Length">How many of them are text; what follows is padding.</param>
public sealed record PackedSequence(int[] Ids, int Length)
{
    /// <summary>Saves windows of one length, in their order.</summary>
    internal static void Save(IReadOnlyList<PackedSequence> windows, TrainingState state)
    {
        state.SetNumbers("ids", [.. windows.SelectMany(window => window.Ids)]);
        state.SetNumbers("lengths", [.. windows.Select(window => window.Length)]);
    }

    /// <summary>The windows that <see cref="Save"/> has saved.</summary>
    internal static IEnumerable<PackedSequence> Restore(TrainingState state)
    {
        var (ids, lengths) = (state.Numbers("ids"), state.Numbers("lengths"));
        var size = lengths.Length == 0 ? 0 : ids.Length / lengths.Length;
        if (size * lengths.Length != ids.Length || lengths.Any(length => length < 0 || length > size))
            throw SafetensorsFormatException.In(state.Location, $"{ids.Length} tokens are not {lengths.Length} windows of one length");
        return lengths.Select((length, window) => new PackedSequence(ids[(window * size)..((window + 1) * size)], length));
    }
}
