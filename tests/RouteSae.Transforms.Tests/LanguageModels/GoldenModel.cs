using System.Text.Json;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>A checkpoint of tests/golden/lm in float32 and what the reference computed from it.</summary>
internal sealed class GoldenModel : IDisposable
{
    public static readonly string[] Names =
    [
        "gemma1_a", "gemma2_a", "gpt2", "gpt_neox", "llama_gqa_untied", "llama_bf16", "llama_sharded", "llama3_ropescaled_tied",
        "mistral_window7_a", "phi3_a", "phi_a", "qwen2_tied",
    ];

    public GoldenModel(string name)
    {
        Folder = RepositoryFiles.Golden("lm", name);
        Model = DecoderModel.Load(Folder, new DecoderLoadOptions { Precision = Precision.Float32 });
        Expected = new GoldenTensors(Path.Combine(Folder, "golden.safetensors"));
    }

    public string Folder { get; }

    public DecoderModel Model { get; }

    public GoldenTensors Expected { get; }

    /// <summary>
    /// Absolute tolerance of logits: 1e-5, and how far the reference's own float32 logits were from its float64 ones, at
    /// most over the cases (golden.json).
    /// </summary>
    public double LogitTolerance() => 1e-5 + Rounding("f32_vs_f64_logits_max_diff_valid");

    /// <summary>Absolute tolerance of hidden states, likewise.</summary>
    public double HiddenStateTolerance() => 1e-5 + Rounding("f32_vs_f64_hidden_max_diff_valid");

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var name in Names)
        {
            cases.Add(name, "full");
            cases.Add(name, "right");
            cases.Add(name, "left");
        }

        cases.Add("llama3_ropescaled_tied", "long");
        return cases;
    }

    /// <summary>Rows [n, ...] of the positions [B, S] that the reference defines.</summary>
    public Tensor Defined(string testCase, Tensor values) =>
        values.flatten(0, 1).index_select(0, Expected[$"{testCase}.defined"].flatten().nonzero().flatten());

    public void Dispose()
    {
        Model.Dispose();
        Expected.Dispose();
    }

    private double Rounding(string field)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "golden.json")));
        return json.RootElement.GetProperty("cases").EnumerateObject()
            .Select(testCase => testCase.Value.GetProperty(field))
            .Where(value => value.ValueKind == JsonValueKind.Number)
            .Max(value => value.GetDouble());
    }
}
