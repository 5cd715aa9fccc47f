namespace RouteSae.Autoencoders;

internal static class HiddenStateList
{
    /// <summary>What is wrong with a list of hidden states that are read together.</summary>
    /// <param name="hiddenStates">Their numbers.</param>
    /// <param name="name">The property that holds them.</param>
    /// <param name="reader">Who reads them, with its article.</param>
    public static IEnumerable<string> Problems(IReadOnlyList<int> hiddenStates, string name, string reader)
    {
        if (hiddenStates.Count < 2)
            yield return $"{name} has {hiddenStates.Count} entries; {reader} needs at least 2 hidden states.";
        if (hiddenStates.Any(index => index < 0))
            yield return $"{name} holds {hiddenStates.First(index => index < 0)}; hidden states are numbered from 0.";
        if (hiddenStates.Zip(hiddenStates.Skip(1)).Any(pair => pair.First >= pair.Second))
            yield return $"{name} is {string.Join(", ", hiddenStates)}; list each hidden state once, in ascending order.";
    }
}
