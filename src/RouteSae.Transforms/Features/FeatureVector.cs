namespace RouteSae.Features;

/// <summary>The pooled features of one text: a sparse vector over the latents.</summary>
/// <param name="Indices">The latents that are not zero, ascending.</param>
/// <param name="Values">Their values, none of them zero; as many as <paramref name="Indices"/>.</param>
public sealed record FeatureVector(int[] Indices, float[] Values)
{
    /// <summary>The vector of a text without tokens: all zero.</summary>
    public static FeatureVector Empty { get; } = new([], []);

    /// <summary>Two vectors are equal when their latents and values are.</summary>
    /// <param name="other">The vector to compare with.</param>
    /// <returns>Whether both hold the same latents with exactly the same values.</returns>
    public bool Equals(FeatureVector? other) =>
        other is not null && Indices.AsSpan().SequenceEqual(other.Indices) && Values.AsSpan().SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var index in Indices)
        {
            hash.Add(index);
        }

        return hash.ToHashCode();
    }
}
