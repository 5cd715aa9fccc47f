using System.Globalization;
using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>The engine against the TorchSharp blocks over random configurations.</summary>
public sealed class RandomDecoderTests
{
    /// <summary>Set to another number to try more of them by hand.</summary>
    private const string Count = "ROUTESAE_RANDOM_DECODERS";

    /// <summary>Rounding in other orders; a wrong equation is a thousand times further away.</summary>
    private const double Tolerance = 2e-4;

    [Fact]
    public void Engine_and_blocks_compute_the_same_decoder()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable(Count) ?? "300", CultureInfo.InvariantCulture);
        var failures = Enumerable.Range(0, count).Select(Failure).OfType<string>().ToList();
        if (failures.Count > 0)
        {
            Assert.Fail($"{failures.Count} of {count} differ:{Environment.NewLine}{string.Join(Environment.NewLine, failures.Take(10))}");
        }
    }

    private static string? Failure(int seed)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var decoder = new RandomDecoder(seed);
        using var weights = decoder.Weights();
        var config = decoder.Config;
        using var model = DecoderModel.Load(config, weights, new DecoderLoadOptions { Precision = Precision.Float32, LastHiddenState = config.LayerCount });
        var texts = decoder.Texts();
        var run = EngineRun.Of(DecoderEngine.Load(config, new TensorWeights(weights)), texts);
        var start = 0;
        foreach (var text in texts)
        {
            using var output = model.Forward(tensor(Array.ConvertAll(text, id => (long)id), [1, text.Length]), null, new ForwardRequest { HiddenStates = [.. run.States.Keys] });
            foreach (var index in run.States.Keys)
            {
                Tensor actual = run.State(index).narrow(0, start, text.Length), expected = output.HiddenState(index)[0];
                if (!expected.isfinite().all().item<bool>())
                {
                    break; // Squares of squares left the range of float32: there is nothing to compare with.
                }

                var wide = expected.to_type(ScalarType.Float64);
                double difference = (actual.to_type(ScalarType.Float64) - wide).norm().item<double>(), size = wide.norm().item<double>();
                if (!(difference <= Tolerance * size))
                {
                    return $"seed {seed}, {text.Length} tokens, hidden state {index}: {difference:E2} of {size:E2} with {config}";
                }
            }

            start += text.Length;
        }

        return null;
    }
}
