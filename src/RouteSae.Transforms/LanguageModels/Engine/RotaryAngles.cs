using RouteSae.Kernels.Functions;

namespace RouteSae.LanguageModels.Engine;

/// <summary>
/// The frequencies θ_j = base^(−2j / d) of a rotary embedding over d numbers, stretched by the configuration's rule; computed in
/// float32 as the published models do, the powers by a function of our own.
/// </summary>
internal sealed class RotaryAngles
{
    private readonly RopeSettings _rope;
    private readonly int _size;
    private readonly int _limit;

    public RotaryAngles(DecoderConfig config, RopeSettings rope)
    {
        (_rope, _size) = (rope, config.RotarySize);
        _limit = rope.Scaling.Kind == RopeScalingKind.LongRope ? rope.Scaling.OriginalMaxPositions : config.MaxPositions;
    }

    /// <summary>What multiplies cosines and sines.</summary>
    public float Factor => (float)_rope.Scaling.AttentionFactor;

    /// <summary>
    /// Texts of the same kind of length share their frequencies. Dynamic: each length beyond the limit is a kind; LongRoPE: all of them
    /// are one; else there is one kind, 0.
    /// </summary>
    public int KindOf(int length) => length <= _limit ? 0 : _rope.Scaling.Kind switch
    {
        RopeScalingKind.Dynamic => length,
        RopeScalingKind.LongRope => 1,
        _ => 0,
    };

    /// <summary>The frequencies [d / 2] of texts of a length.</summary>
    public float[] For(int length)
    {
        var scaling = _rope.Scaling;
        return scaling.Kind switch
        {
            RopeScalingKind.Linear => Each(_rope.Theta, (power, _) => 1 / power / (float)scaling.Factor),
            RopeScalingKind.Llama3 => Each(_rope.Theta, (power, _) => Llama3(1 / power, scaling)),
            RopeScalingKind.Dynamic => Each(DynamicBase(Math.Max(length, _limit)), (power, _) => 1 / power),
            RopeScalingKind.Yarn => Yarn(scaling),
            RopeScalingKind.LongRope => LongRope(length > _limit ? scaling.LongFactors : scaling.ShortFactors),
            _ => Each(_rope.Theta, (power, _) => 1 / power),
        };
    }

    /// <summary>A function of base^(2j / d) and j for every j.</summary>
    private float[] Each(double theta, Func<float, int, float> frequency)
    {
        var frequencies = new float[_size / 2];
        for (var j = 0; j < frequencies.Length; j++)
        {
            frequencies[j] = frequency((float)ExactPower.Pow((float)theta, (float)(2 * j) / _size), j);
        }

        return frequencies;
    }

    private double DynamicBase(int longest)
    {
        var factor = _rope.Scaling.Factor;
        return _rope.Theta * ExactPower.Pow(factor * longest / _limit - (factor - 1), _size / (_size - 2.0));
    }

    private float[] LongRope(IReadOnlyList<double> factors) => Each(_rope.Theta, (power, j) => 1 / (power * (float)factors[j]));

    private static float Llama3(float frequency, RopeScaling scaling)
    {
        var wavelength = (float)(2 * Math.PI) / frequency;
        var lowWavelength = (float)(scaling.OriginalMaxPositions / scaling.LowFrequencyFactor);
        var highWavelength = (float)(scaling.OriginalMaxPositions / scaling.HighFrequencyFactor);
        var divided = wavelength > lowWavelength ? frequency / (float)scaling.Factor : frequency;
        if (wavelength < highWavelength || wavelength > lowWavelength)
        {
            return divided;
        }

        var smooth = (scaling.OriginalMaxPositions / wavelength - (float)scaling.LowFrequencyFactor)
            / (float)(scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) * divided / (float)scaling.Factor + smooth * divided;
    }

    /// <summary>From the frequencies that are kept to those that are divided along a straight ramp over their numbers.</summary>
    private float[] Yarn(RopeScaling scaling)
    {
        double first = RampEnd(scaling.FastRotations), last = RampEnd(scaling.SlowRotations);
        if (scaling.WholeRamp)
        {
            (first, last) = (Math.Floor(first), Math.Ceiling(last));
        }

        (first, last) = (Math.Max(first, 0), Math.Min(last, _size - 1));
        if (first == last)
        {
            last += 0.001;
        }

        return Each(_rope.Theta, (power, j) =>
        {
            var divided = Math.Clamp((j - (float)first) / (float)(last - first), 0, 1);
            var kept = 1 - divided;
            return 1 / ((float)scaling.Factor * power) * (1 - kept) + 1 / power * kept;
        });
    }

    /// <summary>The number of the frequency that turns so often within the original context.</summary>
    private double RampEnd(double rotations) =>
        _size * ExactPower.Log(_rope.Scaling.OriginalMaxPositions / (rotations * 2 * Math.PI)) / (2 * ExactPower.Log(_rope.Theta));
}
