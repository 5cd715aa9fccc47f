using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>
/// Rotary position embedding in the rotate-half form: x·cos(pθ) + rotate_half(x)·sin(pθ),
/// with the frequencies θ_j = base^(−2j / head size), scaled by the configuration's rule.
/// </summary>
internal static class RotaryEmbedding
{
    /// <summary>The scaled inverse frequencies, computed in float32 as the published models do: [head size / 2].</summary>
    public static Tensor InverseFrequencies(DecoderConfig config)
    {
        using var scope = NewDisposeScope();
        var exponent = arange(0, config.HeadSize, 2, ScalarType.Float32) / config.HeadSize;
        var frequencies = 1.0f / pow((float)config.RopeTheta, exponent);
        var scaled = config.RopeScaling.Kind switch
        {
            RopeScalingKind.Linear => frequencies / (float)config.RopeScaling.Factor,
            RopeScalingKind.Llama3 => ScaleLlama3(frequencies, config.RopeScaling),
            _ => frequencies,
        };
        return scaled.MoveToOuterDisposeScope();
    }

    /// <summary>cos and sin for positions, each half repeated: positions [..., S] → [..., S, head size].</summary>
    public static (Tensor Cosine, Tensor Sine) Tables(Tensor inverseFrequencies, Tensor positions, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var angles = positions.to_type(ScalarType.Float32).unsqueeze(-1) * inverseFrequencies; // [..., S, head size / 2]
        var both = cat([angles, angles], -1);
        return (both.cos().to_type(type).MoveToOuterDisposeScope(), both.sin().to_type(type).MoveToOuterDisposeScope());
    }

    /// <summary>Rotates x [B, heads, S, head size] by tables that broadcast against it.</summary>
    public static Tensor Apply(Tensor x, Tensor cosine, Tensor sine)
    {
        using var scope = NewDisposeScope();
        var half = x.size(-1) / 2;
        var rotated = cat([-x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1);
        return (x * cosine + rotated * sine).MoveToOuterDisposeScope();
    }

    private static Tensor ScaleLlama3(Tensor frequencies, RopeScaling scaling)
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
}
