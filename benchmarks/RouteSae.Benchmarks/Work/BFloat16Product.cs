using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Work;

/// <summary>The bare bfloat16 product of the encoder's shapes, in chunks of tokens, into memory that is already there: what no step that screens in bfloat16 can go below. Owns its tensors.</summary>
internal sealed class BFloat16Product : IDisposable
{
    private const int ChunkTokens = 256;

    private readonly Tensor _x; // [N, D]
    private readonly Tensor _weight; // [D, M], a view of [M, D]
    private readonly Tensor _result; // [chunk, M]

    public BFloat16Product(Scale scale, int tokens)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        Tensor Make(params long[] shape) => randn(shape, generator: generator).bfloat16();

        _x = Make(tokens, scale.HiddenSize).DetachFromDisposeScope();
        _weight = Make(scale.Latents, scale.HiddenSize).t().DetachFromDisposeScope();
        _result = zeros([Math.Min(ChunkTokens, tokens), scale.Latents], ScalarType.BFloat16).DetachFromDisposeScope();
    }

    /// <summary>Multiplies all tokens once.</summary>
    public void Run()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var tokens = _x.shape[0];
        for (var start = 0L; start < tokens; start += ChunkTokens)
        {
            var chunk = _x.narrow(0, start, Math.Min(ChunkTokens, tokens - start));
            _result.narrow(0, 0, chunk.shape[0]).addmm_(chunk, _weight, 0, 1);
        }
    }

    public void Dispose()
    {
        _x.Dispose();
        _weight.Dispose();
        _result.Dispose();
    }
}
