using System.Text.Json;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Rotary tables of published Llama sizes against the reference's, up to the last positions of their contexts.</summary>
public sealed class RotaryTableTests
{
    [Theory]
    [InlineData("llama32_1b")]
    [InlineData("llama3_8b")]
    public void Frequencies_cosines_and_sines_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        using var expected = new GoldenTensors(RepositoryFiles.Golden("lm", "rope_tables.safetensors"));
        var config = ReadConfig(name);

        using var own = RotaryOf(config);
        var frequencies = own.For(longest: 1);
        var (cosine, sine) = RotaryEmbedding.Tables(expected[$"{name}.inv_freq"], expected[$"{name}.positions"], ScalarType.Float32);

        // One unit in the last place of a frequency is 6e-8 of it: at position 131,071 that moves an angle by up to 8e-3.
        frequencies.ShouldBeClose(expected[$"{name}.inv_freq"], "the frequencies", absolute: 0, relative: 2.5e-7);
        cosine.ShouldBeClose(expected[$"{name}.cos"], "the cosines", absolute: 1e-6, relative: 0);
        sine.ShouldBeClose(expected[$"{name}.sin"], "the sines", absolute: 1e-6, relative: 0);
    }

    [Theory]
    [InlineData("llama32_1b")]
    [InlineData("llama3_8b")]
    public void Tables_from_the_own_frequencies_equal_the_reference_over_the_first_thousand_positions(string name)
    {
        using var scope = NewDisposeScope();
        using var expected = new GoldenTensors(RepositoryFiles.Golden("lm", "rope_tables.safetensors"));
        var positions = expected[$"{name}.positions"];
        var near = positions.lt(1024).nonzero().flatten();
        using var own = RotaryOf(ReadConfig(name));
        var frequencies = own.For(longest: 1);

        var (cosine, sine) = RotaryEmbedding.Tables(frequencies, positions.index_select(0, near), ScalarType.Float32);

        cosine.ShouldBeClose(expected[$"{name}.cos"].index_select(0, near), "the cosines", absolute: 1e-4, relative: 0);
        sine.ShouldBeClose(expected[$"{name}.sin"].index_select(0, near), "the sines", absolute: 1e-4, relative: 0);
    }

    private static RotaryFrequencies RotaryOf(DecoderConfig config) => new(config, config.Rope(sliding: false), CPU);

    private static DecoderConfig ReadConfig(string name)
    {
        var path = RepositoryFiles.Golden("lm", "rope_tables.json");
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        var fields = json.RootElement.GetProperty("configs").GetProperty(name).GetProperty("config");
        return DecoderConfig.Parse(LlamaJson.With(fields.GetRawText()), path);
    }
}
