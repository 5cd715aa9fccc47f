using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>
/// The frequencies θ_j = base^(−2j / d) of a rotary embedding over d numbers, stretched by the configuration's rule; computed in
/// float32 as the published models do.
/// </summary>
internal sealed class RotaryFrequencies : IDisposable
{
    private readonly RopeSettings _rope;
    private readonly int _size;
    private readonly int _limit;
    private readonly Tensor _usual;
    private readonly Tensor? _long;

    public RotaryFrequencies(DecoderConfig config, RopeSettings rope, Device device)
    {
        (_rope, _size) = (rope, config.RotarySize);
        _limit = rope.Scaling.Kind == RopeScalingKind.LongRope ? rope.Scaling.OriginalMaxPositions : config.MaxPositions;
        using var scope = NewDisposeScope();
        _usual = Frequencies(_limit).to(device).DetachFromDisposeScope();
        _long = rope.Scaling.Kind == RopeScalingKind.LongRope ? Frequencies(_limit + 1L).to(device).DetachFromDisposeScope() : null;
    }

    /// <summary>What multiplies cosines and sines.</summary>
    public double Factor => _rope.Scaling.AttentionFactor;

    /// <summary>Whether the frequencies depend on the longest position.</summary>
    public bool DependOnLength => _rope.Scaling.Kind is RopeScalingKind.Dynamic or RopeScalingKind.LongRope;

    /// <summary>Whether all of a sequence is rotated anew when it grows from one length to another.</summary>
    public bool ChangeBetween(long before, long after) => _rope.Scaling.Kind == RopeScalingKind.LongRope && before <= _limit && after > _limit;

    /// <summary>The frequencies [d / 2] of a pass whose longest position is the n-th; the caller does not own them, but for a scope around.</summary>
    public Tensor For(long longest) =>
        longest <= _limit ? _usual
        : _rope.Scaling.Kind == RopeScalingKind.Dynamic ? Frequencies(longest).to(_usual.device)
        : _long ?? _usual;

    public void Dispose()
    {
        _usual.Dispose();
        _long?.Dispose();
    }

    private Tensor Frequencies(long longest)
    {
        using var scope = NewDisposeScope();
        var scaling = _rope.Scaling;
        var frequencies = scaling.Kind switch
        {
            RopeScalingKind.Linear => Unscaled(_rope.Theta) / (float)scaling.Factor,
            RopeScalingKind.Llama3 => Llama3(Unscaled(_rope.Theta), scaling),
            RopeScalingKind.Dynamic => Unscaled(_rope.Theta * Math.Pow(
                scaling.Factor * Math.Max(longest, _limit) / _limit - (scaling.Factor - 1), _size / (_size - 2.0))),
            RopeScalingKind.Yarn => Yarn(Powers(_rope.Theta), scaling),
            RopeScalingKind.LongRope => 1.0f / (Powers(_rope.Theta)
                * tensor((longest > _limit ? scaling.LongFactors : scaling.ShortFactors).Select(factor => (float)factor).ToArray())),
            _ => Unscaled(_rope.Theta),
        };
        return frequencies.MoveToOuterDisposeScope();
    }

    private Tensor Unscaled(double theta) => 1.0f / Powers(theta);

    /// <summary>base^(2j / d).</summary>
    private Tensor Powers(double theta) => pow((float)theta, arange(0, _size, 2, ScalarType.Float32) / _size);

    private static Tensor Llama3(Tensor frequencies, RopeScaling scaling)
    {
        var wavelengths = 2 * Math.PI / frequencies;
        var lowWavelength = scaling.OriginalMaxPositions / scaling.LowFrequencyFactor;
        var highWavelength = scaling.OriginalMaxPositions / scaling.HighFrequencyFactor;
        var divided = where(wavelengths > lowWavelength, frequencies / scaling.Factor, frequencies);
        var smooth = (scaling.OriginalMaxPositions / wavelengths - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        var interpolated = (1 - smooth) * divided / scaling.Factor + smooth * divided;
        var between = (wavelengths >= highWavelength).logical_and(wavelengths <= lowWavelength);
        return where(between, interpolated, divided);
    }

    /// <summary>From the frequencies that are kept to those that are divided along a straight ramp over their numbers.</summary>
    private Tensor Yarn(Tensor powers, RopeScaling scaling)
    {
        double first = RampEnd(scaling.FastRotations), last = RampEnd(scaling.SlowRotations);
        if (scaling.WholeRamp)
            (first, last) = (Math.Floor(first), Math.Ceiling(last));
        (first, last) = (Math.Max(first, 0), Math.Min(last, _size - 1));
        if (first == last)
            last += 0.001;
        var divided = ((arange(0, _size / 2, ScalarType.Float32) - (float)first) / (float)(last - first)).clamp(0, 1);
        var kept = 1 - divided;
        return 1.0f / ((float)scaling.Factor * powers) * (1 - kept) + 1.0f / powers * kept;
    }

    /// <summary>The number of the frequency that turns so often within the original context.</summary>
    private double RampEnd(double rotations) =>
        _size * Math.Log(_rope.Scaling.OriginalMaxPositions / (rotations * 2 * Math.PI)) / (2 * Math.Log(_rope.Theta));
}
