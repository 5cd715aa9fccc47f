namespace RouteSae.Autoencoders;

/// <summary>The sizes of a crosscoder, and the hidden states that it reads together.</summary>
public sealed record CrosscoderArchitecture : AutoencoderArchitecture
{
    /// <summary>The L hidden states that are encoded and reconstructed together, ascending; see <see cref="RouteSaeArchitecture.DefaultRoutedHiddenStates"/>.</summary>
    public required IReadOnlyList<int> HiddenStates { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Problems() => [.. base.Problems(), .. HiddenStateList.Problems(HiddenStates, nameof(HiddenStates), "a crosscoder")];
}
