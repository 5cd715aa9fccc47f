using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Benchmarks.Measuring;

/// <summary>What the machine gives at best, by libtorch's own operations on all its threads.</summary>
/// <param name="Product">GFLOP/s of a float32 product.</param>
/// <param name="Convolution">GFLOP/s of the same product as a 1 x 1 convolution.</param>
/// <param name="BFloat16Product">GFLOP/s of the same product in bfloat16.</param>
/// <param name="Copy">GB/s of a copy in memory, bytes read and bytes written together.</param>
internal sealed record Ceilings(double Product, double Convolution, double BFloat16Product, double Copy)
{
    private const int Rounds = 5;
    private const int Rows = 2048;
    private const int Width = 2048;
    private const int Outputs = 4096;
    private const long CopiedFloats = 1 << 27; // 512 MB

    public static Ceilings Measure()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var x = randn([Rows, Width], generator: generator);
        var weight = randn([Outputs, Width], generator: generator);
        var (x16, weight16) = (x.bfloat16(), weight.bfloat16());
        var pixels = x.view(1, Rows, 1, Width).permute(0, 3, 1, 2); // [1, D, 1, N], channels last
        var kernel = weight.view(Outputs, Width, 1, 1);
        var timings = AlternatingRounds.Measure(
            [
                new("product", () => F.linear(x, weight).Dispose()),
                new("convolution", () => F.conv2d(pixels, kernel).Dispose()),
                new("bfloat16", () => F.linear(x16, weight16).Dispose()),
            ],
            Rounds);
        double GigaFlops(int i) => 2e-9 * Rows * Width * Outputs / timings[i].Seconds;
        return new Ceilings(GigaFlops(0), GigaFlops(1), GigaFlops(2), CopySpeed());
    }

    public string ToMarkdown() =>
        $"""
        ## Ceilings

        | libtorch, all threads | |
        |---|--:|
        | float32 product [{Rows}, {Width}] x [{Width}, {Outputs}] | {Product:F0} GFLOP/s |
        | the same as a 1 x 1 convolution | {Convolution:F0} GFLOP/s |
        | the same in bfloat16 | {BFloat16Product:F0} GFLOP/s |
        | copy of 512 MB, read + written | {Copy:F0} GB/s |

        """;

    private static double CopySpeed()
    {
        using var scope = NewDisposeScope();
        var (source, target) = (ones(CopiedFloats), zeros(CopiedFloats));
        var timing = AlternatingRounds.Measure([new("copy", () => target.copy_(source))], Rounds)[0];
        return 2e-9 * sizeof(float) * CopiedFloats / timing.Seconds;
    }
}
