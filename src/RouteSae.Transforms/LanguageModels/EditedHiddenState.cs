using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Applies an edit in the middle of a forward pass.</summary>
internal static class EditedHiddenState
{
    /// <summary>Edits a hidden state, [B, S, D]; the original is freed when something else takes its place.</summary>
    /// <exception cref="ArgumentException">The edit returns something of another shape, type or device.</exception>
    public static Tensor Of(Tensor hidden, int index, HiddenStateEdit edit)
    {
        var replacement = Replacement(hidden, index, edit);
        if (!ReferenceEquals(replacement, hidden) && !hidden.requires_grad)
            hidden.Dispose();
        return replacement;
    }

    private static Tensor Replacement(Tensor hidden, int index, HiddenStateEdit edit)
    {
        using var scope = NewDisposeScope();
        var edited = edit(hidden);
        Check(edited, hidden, index);
        // A handle of its own: the edit may have brought a tensor that belongs to somebody else.
        return ReferenceEquals(edited, hidden) ? hidden : edited.contiguous().MoveToOuterDisposeScope();
    }

    private static void Check(Tensor? edited, Tensor hidden, int index)
    {
        if (edited is null)
            throw new ArgumentException($"The edit of hidden state {index} returned null. Return the hidden state itself to leave it as it is.", "request");
        if (!edited.shape.SequenceEqual(hidden.shape) || edited.dtype != hidden.dtype || edited.device_type != hidden.device_type || edited.device_index != hidden.device_index)
            throw new ArgumentException(
                $"The edit of hidden state {index} returned {Shown(edited)}, but what it replaces is {Shown(hidden)}. Return a tensor of the same shape, type and device.", "request");
    }

    private static string Shown(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}] on {tensor.device}";
}
