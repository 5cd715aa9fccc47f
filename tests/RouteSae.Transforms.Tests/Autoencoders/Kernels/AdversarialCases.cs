using System.Globalization;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Encoders and activations that are hard to screen, by name.</summary>
internal static class AdversarialCases
{
    /// <summary>Cases whose pre-activations are finite float32 numbers.</summary>
    public static IReadOnlyDictionary<string, Func<EncoderCase>> Finite { get; } = new Dictionary<string, Func<EncoderCase>>
    {
        ["exact ties"] = ExactTies,
        ["every pre-activation equal"] = AllEqual,
        ["ties of zeros of both signs"] = SignedZeros,
        ["huge biases"] = () => HugeBiases(1e6f),
        ["biases near overflow"] = () => HugeBiases(1e36f),
        ["heavy-tailed columns"] = () => HeavyTailed(1e4f),
        ["one encoder row of enormous norm"] = EnormousRow,
        ["one token of enormous norm"] = EnormousToken,
        ["gaps near float32 rounding"] = () => TinyGaps(1e-7),
        ["gaps near bfloat16 rounding"] = () => TinyGaps(4e-3),
        ["rows that bfloat16 does not tell apart"] = EqualInBFloat16,
        ["rounding errors that all point the wrong way"] = MisleadingRounding,
        ["pre-activations that cancel"] = Cancelling,
        ["all negative"] = AllNegative,
        ["activations of zero"] = ZeroActivations,
        ["activations equal to b_pre"] = ActivationsEqualToPreBias,
        ["encoder rows of zero"] = ZeroRows,
        ["denormal numbers"] = () => Scaled(1e-39f, 1),
        ["products below the least float32"] = () => Scaled(1e-25f, 1e-25f),
        ["products that become zeros of both signs"] = UnderflowToSignedZeros,
        ["products near the least float32"] = () => Scaled(1e-19f, 1e-19f),
        ["tiny encoder, large activations"] = () => Scaled(1e-20f, 1e18f),
        ["large encoder, small activations"] = () => Scaled(1e18f, 1e-20f),
        ["squares near overflow"] = () => Scaled(1e18f, 1e18f),
        ["activations near overflow"] = () => Scaled(1e-6f, 1e30f),
        ["encoder near overflow"] = () => Scaled(1e30f, 1e-6f),
        ["squares that overflow"] = () => Scaled(1e17f, 1e19f),
    };

    /// <summary>Cases with infinite numbers; no pre-activation is NaN.</summary>
    public static IReadOnlyDictionary<string, Func<EncoderCase>> Infinite { get; } = new Dictionary<string, Func<EncoderCase>>
    {
        ["infinite biases"] = InfiniteBiases,
        ["more positive infinities than K"] = ManyInfiniteBiases,
        ["fewer than K above negative infinity"] = MostlyNegativeInfinity,
        ["infinite encoder weight"] = InfiniteWeight,
        ["infinite activation"] = InfiniteActivation,
        ["products that overflow"] = OverflowingProducts,
    };

    /// <summary>Tokens, hidden size, latents, active latents: sizes that vectors like, and sizes that they do not.</summary>
    public static IReadOnlyList<(int Tokens, int Width, int Latents, int Active)> Sizes { get; } =
    [
        (1, 2, 1, 1), (1, 2, 5, 5), (3, 3, 7, 1), (2, 17, 256, 256), (5, 40, 257, 32), (7, 129, 300, 300), (9, 16, 255, 16), (11, 64, 512, 8),
        (4, 1030, 33, 7), (8, 31, 1000, 257), (3, 130, 700, 700), (16, 48, 272, 1), (17, 33, 65, 64), (1, 512, 1024, 32), (70, 24, 96, 8),
    ];

    public static Func<EncoderCase> Of(string name) =>
        Finite.GetValueOrDefault(name) ?? Infinite.GetValueOrDefault(name) ?? (() => Sized(name));

    /// <summary>The name of a random case of some size; <see cref="Of"/> knows it.</summary>
    public static string Name((int Tokens, int Width, int Latents, int Active) size) =>
        string.Create(CultureInfo.InvariantCulture, $"{size.Tokens} x {size.Width} x {size.Latents} x {size.Active}");

    private static EncoderCase Sized(string name)
    {
        var size = name.Split(" x ").Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new EncoderCase(size[0], size[1], size[2], size[3], seed: size.Sum());
    }

    private static EncoderCase Usual(int seed) => new(tokens: 12, width: 45, latents: 330, active: 9, seed);

    // Of each four latents the rows and biases are the same.
    private static EncoderCase ExactTies()
    {
        var given = Usual(2);
        for (var j = 0; j < given.Latents; j++)
        {
            given.Row(j / 4 * 4).CopyTo(given.Row(j));
            given.LatentBias[j] = given.LatentBias[j / 4 * 4];
        }
        return given;
    }

    private static EncoderCase AllEqual()
    {
        var given = Usual(3);
        for (var j = 0; j < given.Latents; j++)
            given.Row(0).CopyTo(given.Row(j));
        Array.Fill(given.LatentBias, 0.25f);
        return given;
    }

    private static EncoderCase SignedZeros()
    {
        var given = Usual(4);
        Array.Fill(given.LatentBias, -0f);
        for (var j = 0; j < given.Latents; j++)
            given.Row(j).Fill(j % 3 == 0 ? -0f : 0f);
        return given;
    }

    private static EncoderCase HugeBiases(float size)
    {
        var given = Usual(5);
        var random = new Random(5);
        for (var j = 0; j < given.Latents; j += 2)
            given.LatentBias[j] = random.Next(2) == 0 ? size : -size;
        return given;
    }

    private static EncoderCase HeavyTailed(float factor)
    {
        var given = Usual(6);
        foreach (var column in new[] { 0, 16, 44 })
        {
            for (var t = 0; t < given.Tokens; t++)
                given.Token(t)[column] *= factor;
            for (var j = 0; j < given.Latents; j += 3)
                given.Row(j)[column] *= factor;
        }
        return given;
    }

    private static EncoderCase EnormousRow()
    {
        var given = Usual(7);
        Multiply(given.Row(100), 1e12f);
        return given;
    }

    private static EncoderCase EnormousToken()
    {
        var given = Usual(8);
        Multiply(given.Token(5), 1e15f);
        return given;
    }

    // Every row is the first one, changed by a little.
    private static EncoderCase TinyGaps(double relative)
    {
        var given = Usual(9);
        var random = new Random(9);
        Array.Clear(given.LatentBias);
        for (var j = 1; j < given.Latents; j++)
        {
            for (var i = 0; i < given.Width; i++)
                given.Row(j)[i] = (float)(given.Row(0)[i] * (1 + relative * (random.NextDouble() - 0.5)));
        }
        return given;
    }

    private static EncoderCase EqualInBFloat16()
    {
        var given = Usual(10);
        Array.Clear(given.LatentBias);
        for (var j = 0; j < given.Latents; j++)
        {
            for (var i = 0; i < given.Width; i++)
            {
                var upper = BitConverter.SingleToUInt32Bits(given.Row(0)[i]) & 0xFFFF0000;
                given.Row(j)[i] = BitConverter.UInt32BitsToSingle(upper | (uint)((j * 7919 + i * 104729) % 0x7000));
            }
        }
        return given;
    }

    // The largest latents are rounded down by nearly half a unit in each column, the others up by as much.
    private static EncoderCase MisleadingRounding()
    {
        var given = new EncoderCase(tokens: 12, width: 64, latents: 330, active: 9);
        const float halfUnit = 1f / 256;
        for (var t = 0; t < given.Tokens; t++)
            given.Token(t).Fill(1 + t / 16f);
        Array.Clear(given.PreBias);
        Array.Fill(given.LatentBias, -64); // most of the first token's sum cancels, so that bfloat16 tells its bounds apart
        for (var j = 0; j < given.Latents; j++)
        {
            given.Row(j).Fill(j % 11 == 0 ? 1 + (0.9f + j * 1e-5f) * halfUnit : 1);
            if (j % 11 != 0)
                given.Row(j)[..52].Fill(1 + (1.05f - j * 1e-5f) * halfUnit);
        }
        return given;
    }

    private static EncoderCase UnderflowToSignedZeros()
    {
        var given = Scaled(1e-25f, 1e-25f);
        for (var i = 0; i < given.X.Length; i++)
            given.X[i] = MathF.Abs(given.X[i]);
        for (var j = 0; j < given.Latents; j++)
        {
            for (var i = 0; i < given.Width; i++)
                given.Row(j)[i] = MathF.CopySign(given.Row(j)[i], j % 2 == 0 ? -1 : 1);
        }
        Array.Fill(given.LatentBias, -0f);
        return given;
    }

    // Large terms of both signs, whose sum is small.
    private static EncoderCase Cancelling()
    {
        var given = Usual(11);
        for (var j = 0; j < given.Latents; j++)
        {
            given.Row(j)[3] = 1e5f;
            given.Row(j)[30] = -1e5f;
        }
        for (var t = 0; t < given.Tokens; t++)
            given.Token(t)[30] = given.Token(t)[3];
        (given.PreBias[3], given.PreBias[30]) = (0, 0);
        return given;
    }

    private static EncoderCase AllNegative()
    {
        var given = Usual(12);
        for (var j = 0; j < given.Latents; j++)
            given.LatentBias[j] -= 100;
        return given;
    }

    private static EncoderCase ZeroActivations()
    {
        var given = Usual(13);
        Array.Clear(given.X, 0, given.X.Length / 2);
        Array.Clear(given.PreBias);
        return given;
    }

    // Without latent biases every pre-activation of these tokens is 0.
    private static EncoderCase ActivationsEqualToPreBias()
    {
        var given = Usual(14);
        Array.Clear(given.LatentBias);
        for (var t = 0; t < given.Tokens; t += 2)
            given.PreBias.CopyTo(given.Token(t));
        return given;
    }

    private static EncoderCase ZeroRows()
    {
        var given = Usual(15);
        for (var j = 0; j < given.Latents; j++)
        {
            if (j % 50 != 0)
                given.Row(j).Clear();
            given.LatentBias[j] = 0;
        }
        return given;
    }

    private static EncoderCase Scaled(float encoder, float activations)
    {
        var given = Usual(16);
        Multiply(given.Encoder, encoder);
        Multiply(given.X, activations);
        Array.Clear(given.PreBias);
        Array.Clear(given.LatentBias);
        return given;
    }

    private static EncoderCase InfiniteBiases()
    {
        var given = Usual(17);
        (given.LatentBias[11], given.LatentBias[300], given.LatentBias[12]) = (float.PositiveInfinity, float.PositiveInfinity, float.NegativeInfinity);
        return given;
    }

    private static EncoderCase ManyInfiniteBiases()
    {
        var given = Usual(18);
        for (var j = 20; j < 60; j++)
            given.LatentBias[j] = float.PositiveInfinity;
        return given;
    }

    private static EncoderCase MostlyNegativeInfinity()
    {
        var given = Usual(19);
        Array.Fill(given.LatentBias, float.NegativeInfinity, 5, given.Latents - 10);
        Array.Fill(given.LatentBias, float.NegativeInfinity, given.Latents - 7, 7);
        return given;
    }

    private static EncoderCase InfiniteWeight()
    {
        var given = Usual(20);
        given.Row(77)[41] = float.PositiveInfinity;
        given.Row(78)[2] = float.NegativeInfinity;
        return given;
    }

    private static EncoderCase InfiniteActivation()
    {
        var given = Usual(21);
        given.Token(4)[7] = float.PositiveInfinity;
        return given;
    }

    // All terms of these two latents are positive, so that their sums are +infinity and not NaN.
    private static EncoderCase OverflowingProducts()
    {
        var given = Scaled(1, 1e25f);
        foreach (var latent in new[] { 100, 101 })
        {
            for (var i = 0; i < given.Width; i++)
                given.Row(latent)[i] = MathF.Abs(given.Row(latent)[i]) * 1e20f;
        }
        for (var i = 0; i < given.X.Length; i++)
            given.X[i] = MathF.Abs(given.X[i]);
        return given;
    }

    private static void Multiply(Span<float> values, float factor)
    {
        foreach (ref var value in values)
            value *= factor;
    }
}
