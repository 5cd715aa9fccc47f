using System.Text.Json;
using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Small trained models that lie beside the repository, against a float32 reference in numpy.</summary>
public sealed class TrainedModelTests
{
    [SkippableTheory]
    [InlineData("stories260K")]
    [InlineData("babyllama-tok105-0.9M")]
    [InlineData("babyllama-tok361-1.0M")]
    public void Logits_residual_stream_and_fifty_greedy_tokens_equal_the_reference(string name)
    {
        var folder = RepositoryFiles.Shared("data", "models", name);
        Skip.If(folder is null, $"shared/data/models/{name} does not lie beside the repository.");
        using var model = DecoderModel.Load(folder!, new DecoderLoadOptions { Precision = Precision.Float32 });
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder!, "reference.json")));
        var cases = json.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        cases.Should().NotBeEmpty();
        foreach (var testCase in cases)
        {
            using var scope = NewDisposeScope();
            var prompt = tensor(Longs(testCase.GetProperty("prompt_ids"))).unsqueeze(0);
            CheckForward(model, prompt, testCase);
            var options = new GenerationOptions { MaxNewTokens = 50, EndOfSequence = [] };
            using var generated = model.Generate(prompt, options: options);
            generated.NewTokens(0).Select(id => (long)id).Should().Equal(Longs(testCase.GetProperty("greedy50_ids")));
        }
    }

    private static void CheckForward(DecoderModel model, Tensor prompt, JsonElement testCase)
    {
        var layers = model.Config.LayerCount;
        var request = new ForwardRequest { HiddenStates = [.. Enumerable.Range(1, layers)], Logits = true };
        using var output = model.Forward(prompt, null, request);
        Last(output.Logits!).ShouldBeClose(Floats(testCase.GetProperty("last_logits")), "the logits");
        for (var layer = 0; layer < layers; layer++)
        {
            var first = Floats(testCase.GetProperty("residual_after_layer_last_pos_first8")[layer]);
            var norm = testCase.GetProperty("residual_after_layer_last_pos_l2")[layer].GetDouble();
            var state = Last(output.HiddenState(layer + 1));
            var tolerance = 1e-5; // the reference gives five decimals
            if (layer == layers - 1)
            {
                // The last hidden state is after the final norm, the reference's value before it.
                var scale = model.FinalNorm!.Weight!.narrow(0, 0, 8) / Math.Sqrt(norm * norm / model.Config.HiddenSize + model.Config.NormEpsilon);
                first *= scale;
                tolerance *= Math.Max(1, scale.max().item<float>());
            }
            else
            {
                state.norm().item<float>().Should().BeApproximately((float)norm, 1e-4f + 1e-4f * (float)norm);
            }

            state.narrow(0, 0, 8).ShouldBeClose(first, $"hidden state {layer + 1}", absolute: tolerance);
        }
    }

    private static Tensor Last(Tensor values) => values[0, values.size(1) - 1];

    private static Tensor Floats(JsonElement list) => tensor(list.EnumerateArray().Select(value => value.GetSingle()).ToArray());

    private static long[] Longs(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt64())];
}
