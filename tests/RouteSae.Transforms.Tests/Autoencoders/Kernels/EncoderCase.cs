using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Parameters of an encoder and activations to encode, as plain arrays that a test changes before it uses them.</summary>
internal sealed class EncoderCase
{
    /// <summary>Normal numbers: activations of length about √D, encoder rows of length about 1, small biases.</summary>
    public EncoderCase(int tokens, int width, int latents, int active, int seed = 1)
    {
        (Tokens, Width, Latents, Active) = (tokens, width, latents, active);
        var random = new Random(seed);
        X = Normal(random, tokens * width, 1);
        Encoder = Normal(random, latents * width, 1 / Math.Sqrt(width));
        PreBias = Normal(random, width, 0.1);
        LatentBias = Normal(random, latents, 0.1);
    }

    /// <summary>N.</summary>
    public int Tokens { get; }

    /// <summary>D.</summary>
    public int Width { get; }

    /// <summary>M.</summary>
    public int Latents { get; }

    /// <summary>K.</summary>
    public int Active { get; }

    /// <summary>[N, D].</summary>
    public float[] X { get; }

    /// <summary>[M, D].</summary>
    public float[] Encoder { get; }

    /// <summary>[D].</summary>
    public float[] PreBias { get; }

    /// <summary>[M].</summary>
    public float[] LatentBias { get; }

    public static float[] Normal(Random random, int count, double scale)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)(scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    public Span<float> Row(int latent) => Encoder.AsSpan(latent * Width, Width);

    public Span<float> Token(int token) => X.AsSpan(token * Width, Width);

    /// <summary>x − b_pre of a token, rounded to float32 as the kernels do.</summary>
    public float[] Centered(int token)
    {
        var centered = Token(token).ToArray();
        for (var i = 0; i < Width; i++)
            centered[i] -= PreBias[i];
        return centered;
    }

    /// <summary>Encodes by the kernel.</summary>
    public PlainCodes Encode(bool bfloat16, int threads, bool positiveOnly = false) =>
        Encode(bfloat16, threads, [(0, Tokens)], positiveOnly);

    /// <summary>Encodes ranges of tokens, one call each, by the same kernel.</summary>
    /// <param name="bfloat16">Whether a bfloat16 product screens.</param>
    /// <param name="threads">How many threads take part.</param>
    /// <param name="ranges">First token and number of tokens of each call.</param>
    /// <param name="positiveOnly">Whether a negative value counts as 0.</param>
    public PlainCodes Encode(bool bfloat16, int threads, IReadOnlyList<(int First, int Count)> ranges, bool positiveOnly = false)
    {
        using var scope = NewDisposeScope();
        using var encoder = new SparseEncoder(Matrix(Encoder, Latents), tensor(PreBias), tensor(LatentBias));
        using var thread = new ThreadCount(threads);
        var x = Matrix(X, Tokens);
        return PlainCodes.Concat([.. ranges.Select(range =>
        {
            var codes = SparseCodes.Empty(range.Count, Active);
            encoder.Encode(x.narrow(0, range.First, range.Count), codes, positiveOnly, bfloat16);
            return PlainCodes.Of(codes);
        })]);
    }

    /// <summary>An autoencoder with this encoder, whose decoder is its transpose.</summary>
    public TopKAutoencoder Autoencoder(Fidelity fidelity, ComputePath path)
    {
        using var scope = NewDisposeScope();
        var architecture = new TopKArchitecture { HiddenSize = Width, Latents = Latents, ActiveLatents = Active, Fidelity = fidelity };
        var encoder = Matrix(Encoder, Latents);
        var autoencoder = TopKAutoencoder.FromTensors(architecture, new Dictionary<string, Tensor>
        {
            [TopKAutoencoder.EncoderName] = encoder,
            [TopKAutoencoder.DecoderName] = encoder.t(),
            [TopKAutoencoder.PreBiasName] = tensor(PreBias),
            [TopKAutoencoder.LatentBiasName] = tensor(LatentBias),
        });
        autoencoder.Path = path;
        return autoencoder;
    }

    /// <summary>[rows, D].</summary>
    public Tensor Matrix(float[] values, int rows) => tensor(values).view(rows, Width);
}
