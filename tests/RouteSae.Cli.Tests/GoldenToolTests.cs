using System.Text.Json;
using FluentAssertions;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Cli.Tests;

/// <summary>The tool's files against what the reference computed, for every checkpoint of tests/golden/lm.</summary>
public sealed class GoldenToolTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    public static TheoryData<string> Models => [.. Directory.GetDirectories(RepositoryFiles.Golden("lm")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task ActivationsEqualTheReference(string model)
    {
        using var scope = NewDisposeScope();
        using var golden = SafetensorsFile.Open(RepositoryFiles.Golden("lm", model, "golden.safetensors"));
        foreach (var testCase in new[] { "full", "right", "left", "long" }.Where(testCase => golden.Contains($"{testCase}.input_ids")))
        {
            var tokens = _folder.Write("in.safetensors", ("input_ids", golden.Load($"{testCase}.input_ids")), ("attention_mask", golden.Load($"{testCase}.attention_mask")));

            var run = await ToolRun.Of("activations", "--model", RepositoryFiles.Golden("lm", model), "--tokens", tokens, "--output", _folder["out.safetensors"]);

            run.Error.Should().BeEmpty();
            run.ExitCode.Should().Be(0);
            using var written = SafetensorsFile.Open(_folder["out.safetensors"]);
            var defined = golden.Load($"{testCase}.defined").to_type(ScalarType.Bool);
            ShouldBeClose(written.Load("hidden_states"), golden.Load($"{testCase}.hidden_states"), defined.unsqueeze(0).unsqueeze(-1), Tolerance(model, "hidden"), $"{testCase}: hidden states");
            ShouldBeClose(written.Load("logits"), golden.Load($"{testCase}.logits"), defined.unsqueeze(-1), Tolerance(model, "logits"), $"{testCase}: logits");
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task GenerationEqualsTheReference(string model)
    {
        using var scope = NewDisposeScope();
        using var golden = SafetensorsFile.Open(RepositoryFiles.Golden("lm", model, "golden.safetensors"));
        foreach (var testCase in new[] { "generate", "generate_left" })
        {
            var prompt = golden.Load($"{testCase}.prompt_ids");
            var mask = golden.Contains($"{testCase}.attention_mask") ? golden.Load($"{testCase}.attention_mask") : ones_like(prompt);
            var expected = golden.Load($"{testCase}.output_ids");
            var tokens = _folder.Write("in.safetensors", ("input_ids", prompt), ("attention_mask", mask));

            var run = await ToolRun.Of(
                "generate", "--model", RepositoryFiles.Golden("lm", model), "--tokens", tokens, "--output", _folder["out.safetensors"],
                "--max-new-tokens", $"{expected.size(1) - prompt.size(1)}");

            run.Error.Should().BeEmpty();
            using var written = SafetensorsFile.Open(_folder["out.safetensors"]);
            written.Load("output_ids").data<long>().Should().Equal(expected.data<long>(), testCase);
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>1e-5, and how far the reference's own float32 values were from its float64 ones, at most over the cases.</summary>
    private static double Tolerance(string model, string values)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("lm", model, "golden.json")));
        return 1e-5 + json.RootElement.GetProperty("cases").EnumerateObject()
            .Select(testCase => testCase.Value.GetProperty($"f32_vs_f64_{values}_max_diff_valid"))
            .Max(distance => distance.ValueKind == JsonValueKind.Number ? distance.GetDouble() : 0);
    }

    private static void ShouldBeClose(Tensor actual, Tensor expected, Tensor defined, double absolute, string what)
    {
        actual.shape.Should().Equal(expected.shape, what);
        var excess = (actual - expected).abs() - (absolute + 1e-4 * expected.abs());
        where(defined, excess, zeros(1) - 1).max().item<float>().Should().BeLessThanOrEqualTo(0, $"{what} must be within {absolute} + 1e-4 of their size");
    }
}
