using FluentAssertions;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Cli.Tests;

/// <summary>The options of <c>routesae activations</c>.</summary>
public sealed class ActivationsTests : IDisposable
{
    private static readonly string s_model = RepositoryFiles.Golden("lm", "llama_gqa_untied");

    private readonly ToolFolder _folder = new();

    [Fact]
    public async Task PositionsFromTheMaskCloseGaps()
    {
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 7, 8, 9, 10 }, [1, 4]);
        var withGap = tensor(new long[] { 7, 0, 0, 0, 8, 9, 10 }, [1, 7]);
        var mask = tensor(new long[] { 1, 0, 0, 0, 1, 1, 1 }, [1, 7]);

        var alone = await Logits(["--positions", "from-mask"], ("input_ids", ids));
        var fromMask = await Logits(["--positions", "from-mask"], ("input_ids", withGap), ("attention_mask", mask));
        var fromZero = await Logits(["--positions", "from-zero"], ("input_ids", withGap), ("attention_mask", mask));

        fromMask.narrow(1, 4, 3).allclose(alone.narrow(1, 1, 3), 1e-4, 1e-5).Should().BeTrue();
        fromZero.narrow(1, 4, 3).allclose(alone.narrow(1, 1, 3), 1e-3, 1e-4).Should().BeFalse("rotary positions are relative: only the gap tells the two apart");
    }

    [Fact]
    public async Task BFloat16IsNearFloat32ButNotTheSame()
    {
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 7, 8, 9, 10 }, [1, 4]);

        var wide = await Logits(["--precision", "float32"], ("input_ids", ids));
        var narrow = await Logits(["--precision", "bfloat16"], ("input_ids", ids));

        var distance = (narrow - wide).norm() / wide.norm();
        distance.item<float>().Should().BeInRange(1e-4f, 3e-2f);
    }

    [Fact]
    public async Task RowsThatDoNotFitIntoOnePassComeOutInTheirPlaces()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var ids = randint(0, 444, [40, 128], ScalarType.Int64); // 5,120 tokens

        var all = await Run([], ("input_ids", ids));
        var last = await Run([], ("input_ids", ids.narrow(0, 35, 5)));

        all.Logits.narrow(0, 35, 5).allclose(last.Logits, 1e-4, 1e-5).Should().BeTrue();
        all.HiddenStates.narrow(1, 35, 5).allclose(last.HiddenStates, 1e-4, 1e-5).Should().BeTrue();
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Tensor> Logits(string[] options, params (string, Tensor)[] tokens) => (await Run(options, tokens)).Logits;

    private async Task<(Tensor HiddenStates, Tensor Logits)> Run(string[] options, params (string, Tensor)[] tokens)
    {
        var file = _folder.Write("in.safetensors", tokens);
        var run = await ToolRun.Of(["activations", "--model", s_model, "--tokens", file, "--output", _folder["out.safetensors"], .. options]);
        run.Error.Should().BeEmpty();
        using var written = SafetensorsFile.Open(_folder["out.safetensors"]);
        return (written.Load("hidden_states").clone(), written.Load("logits").clone());
    }
}
