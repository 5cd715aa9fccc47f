using FluentAssertions;
using RouteSae.LanguageModels;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>A bfloat16 model against a float32 one with the same weights.</summary>
public sealed class BFloat16Tests
{
    // bfloat16 keeps 8 significant bits: half a unit in the last place is 2^-9 = 0.2 % an operation.
    private const double Bound = 0.02;

    public static TheoryData<string, int> Cases => new()
    {
        { "fused kernels", 32 },
        { "fused kernels", 40 },
        { "plain operations", 32 },
        { "grouped heads", 32 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hidden_states_and_logits_stay_close_to_float32(string sizes, int length)
    {
        using var scope = NewDisposeScope();
        var config = Config(sizes);
        var (single, brain) = RandomModel.CreateBoth(config);
        using var first = single;
        using var second = brain;
        var ids = RandomModel.Ids(config, 2, length);
        var mask = RandomModel.Mask(new string('1', length), "000" + new string('1', length - 3));
        var request = new ForwardRequest { HiddenStates = [.. Enumerable.Range(0, config.LayerCount + 1)], Logits = true };
        foreach (var padding in new[] { null, mask })
        {
            using var expected = single.Forward(ids, padding, request);
            using var actual = brain.Forward(ids, padding, request);

            actual.Logits!.dtype.Should().Be(ScalarType.BFloat16);
            foreach (var index in request.HiddenStates)
                RandomModel.RelativeError(Counted(actual.HiddenState(index), padding), Counted(expected.HiddenState(index), padding)).Should().BeLessThan(Bound, $"hidden state {index}");
            RandomModel.RelativeError(Counted(actual.Logits, padding), Counted(expected.Logits!, padding)).Should().BeLessThan(Bound);
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(64)]
    public void Gradients_point_where_those_of_float32_point(int length)
    {
        using var scope = NewDisposeScope();
        var (single, brain) = RandomModel.CreateBoth(RandomModel.Even);
        using var first = single;
        using var second = brain;
        var ids = RandomModel.Ids(RandomModel.Even, 3, length);
        var above = randn([3, length, RandomModel.Even.HiddenSize], generator: new Generator(5));

        var expected = Gradients(single, ids, above);
        var actual = Gradients(brain, ids, above);

        actual.Should().HaveSameCount(expected).And.HaveCountGreaterThan(15);
        for (var i = 0; i < actual.Count; i++)
        {
            nn.functional.cosine_similarity(actual[i].flatten().unsqueeze(0), expected[i].flatten().unsqueeze(0)).item<float>()
                .Should().BeGreaterThan(0.999f, $"parameter {i} of shape [{string.Join(", ", actual[i].shape)}]");
            (actual[i].norm() / expected[i].norm()).item<float>().Should().BeApproximately(1, 0.02f);
        }
    }

    [Fact]
    public void Recorded_and_unrecorded_passes_agree()
    {
        using var scope = NewDisposeScope();
        var (single, brain) = RandomModel.CreateBoth(RandomModel.Even);
        using var first = single;
        using var second = brain;
        var ids = RandomModel.Ids(RandomModel.Even, 2, 64);
        using var unrecorded = brain.Forward(ids, null, new ForwardRequest { Logits = true });
        foreach (var parameter in brain.Parameters)
            parameter.requires_grad_(true);

        using var recorded = brain.Forward(ids, null, new ForwardRequest { Logits = true });

        recorded.Logits!.requires_grad.Should().BeTrue();
        RandomModel.RelativeError(recorded.Logits.detach(), unrecorded.Logits!).Should().BeLessThan(Bound);
    }

    private static DecoderConfig Config(string sizes) => sizes switch
    {
        "fused kernels" => RandomModel.Even,
        "plain operations" => RandomModel.Odd,
        _ => RandomModel.Even with { AttentionHeads = 4, KeyValueHeads = 2 },
    };

    /// <summary>What is not padding.</summary>
    private static Tensor Counted(Tensor values, Tensor? mask) =>
        mask is null ? values : values.flatten(0, 1).index_select(0, mask.flatten().nonzero().flatten());

    private static List<Tensor> Gradients(DecoderModel model, Tensor ids, Tensor above)
    {
        var parameters = model.Parameters.ToList();
        parameters.ForEach(parameter => parameter.requires_grad_(true));
        var last = model.Config.LayerCount;
        using var output = model.Forward(ids, null, new ForwardRequest { HiddenStates = [last] });
        output.HiddenState(last).backward([above.to_type(model.Type)]);
        return [.. parameters.Select(parameter => parameter.grad!.to_type(ScalarType.Float32))];
    }
}
