namespace RouteSae.Autoencoders.Statistics;

/// <summary>
/// How many activations have which size. The bins are the numbers with the same exponent and the same first 12 binary digits, so
/// that each is at most 1/4096 of its lower end wide.
/// </summary>
internal sealed class ActivationHistogram
{
    /// <summary>Positive floats are in the order of their bits; the last 11 of the 23 digits are left off.</summary>
    private const int DroppedBits = 11;

    private readonly long[] _counts = new long[(BitConverter.SingleToUInt32Bits(float.MaxValue) >> DroppedBits) + 1];

    /// <summary>Takes note of an activation above 0.</summary>
    public void Add(float value) => _counts[BitConverter.SingleToUInt32Bits(value) >> DroppedBits]++;

    /// <summary>The lowest end of a bin above which there are no more than so many activations; 0 when there are no more in all.</summary>
    public float LowestThreshold(double activations)
    {
        var above = 0L;
        var bin = _counts.Length;
        while (bin > 0 && above + _counts[bin - 1] <= activations)
            above += _counts[--bin];
        // The activations of the bin are above the number before its first one.
        return bin == 0 ? 0 : BitConverter.UInt32BitsToSingle(((uint)bin << DroppedBits) - 1);
    }
}
