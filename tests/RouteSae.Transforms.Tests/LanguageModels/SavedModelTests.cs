using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>What is written as a checkpoint, read again, computes what the equations say.</summary>
public sealed class SavedModelTests
{
    private static readonly Dictionary<RopeScalingKind, RopeScaling> s_scalings = new RopeScaling[]
    {
        new() { Kind = RopeScalingKind.None },
        new() { Kind = RopeScalingKind.Linear, Factor = 2.5 },
        new() { Kind = RopeScalingKind.Dynamic, Factor = 2 },
        new() { Kind = RopeScalingKind.Llama3, Factor = 8, LowFrequencyFactor = 1.5, HighFrequencyFactor = 6, OriginalMaxPositions = 99 },
        new() { Kind = RopeScalingKind.Yarn, Factor = 4, OriginalMaxPositions = 99, AttentionFactor = 1.3, FastRotations = 16, SlowRotations = 2, WholeRamp = false },
        new() { Kind = RopeScalingKind.LongRope, OriginalMaxPositions = 4, AttentionFactor = 1.2, ShortFactors = [1, 1.1, 1.2, 1.3, 1.4], LongFactors = [2, 3, 4, 5, 6] },
    }.ToDictionary(scaling => scaling.Kind);

    public static TheoryData<RopeScalingKind> Scalings => [.. Enum.GetValues<RopeScalingKind>()];

    public static TheoryData<string> Variants => [.. s_variants.Keys];

    private static readonly Dictionary<string, DecoderConfig> s_variants = new()
    {
        ["grouped heads, odd sizes"] = RandomModel.Odd,
        ["one head a key-value head, tied"] = RandomModel.Odd with { KeyValueHeads = 4, TiedEmbeddings = true },
        ["one key-value head, other base"] = RandomModel.Odd with { KeyValueHeads = 1, RopeTheta = 500, NormEpsilon = 1e-3 },
        ["linear scaling"] = RandomModel.Odd with { RopeScaling = new RopeScaling { Kind = RopeScalingKind.Linear, Factor = 2.5 } },
        ["biases of the attention"] = RandomModel.Odd with { AttentionBias = true, AttentionOutputBias = true },
        ["biases of the feed-forward"] = RandomModel.Odd with { FeedForwardBias = true },
        ["one layer, all biases"] = RandomModel.Odd with { LayerCount = 1, AttentionBias = true, AttentionOutputBias = true, FeedForwardBias = true },
        ["sizes of the fused kernels"] = RandomModel.Even,
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_stored_model_computes_what_the_equations_say(string variant)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var created = RandomModel.Create(s_variants[variant]))
            created.Save(folder.Path);
        using var model = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32 });
        using var weights = new GoldenTensors(folder.File("model.safetensors"));
        var plain = new PlainDecoder(model.Config, weights);
        var ids = RandomModel.Ids(model.Config, 1, 7);

        using var output = model.Forward(ids, null, new ForwardRequest { HiddenStates = [.. Enumerable.Range(0, model.Config.LayerCount + 1)], Logits = true });

        var expected = plain.HiddenStates([.. ids.data<long>()]);
        for (var index = 0; index < expected.Count; index++)
            output.HiddenState(index)[0].ShouldBeClose(expected[index], $"hidden state {index}");
        output.Logits![0].ShouldBeClose(plain.Logits(expected[^1]), "the logits");
    }

    [Theory]
    [MemberData(nameof(Scalings))]
    public void The_configuration_survives_saving(RopeScalingKind scaling)
    {
        using var folder = new TemporaryFolder();
        var config = RandomModel.Odd with
        {
            AttentionBias = true,
            AttentionOutputBias = true,
            FeedForwardBias = true,
            RopeTheta = 123456,
            EndOfSequence = [3, 5],
            Padding = 7,
            RepetitionPenalty = 1.25,
            RopeScaling = s_scalings[scaling],
        };
        using (var created = DecoderModel.CreateRandom(config, seed: 1))
            created.Save(folder.Path);

        using var model = DecoderModel.Load(folder.Path);

        model.Config.Should().BeEquivalentTo(config);
    }

    [Theory]
    [InlineData(Precision.Float32, ScalarType.Float32)]
    [InlineData(Precision.BFloat16, ScalarType.BFloat16)]
    public void Weights_are_stored_in_the_type_asked_for(Precision precision, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var created = RandomModel.Create(RandomModel.Odd))
            created.Save(folder.Path, precision);

        using var file = SafetensorsFile.Open(folder.File("model.safetensors"));

        file.Names.Select(name => file.Entry(name).Type).Should().OnlyContain(stored => stored == type);
    }

    [Fact]
    public void A_model_without_its_upper_layers_is_not_written()
    {
        using var folder = new TemporaryFolder();
        using (var created = RandomModel.Create(RandomModel.Odd))
            created.Save(folder.Path);
        using var lower = DecoderModel.Load(folder.Path, new DecoderLoadOptions { LastHiddenState = 2 });

        var save = () => lower.Save(folder.File("lower"));

        save.Should().Throw<InvalidOperationException>().WithMessage("Only a whole model can be written; this one was loaded without its upper part.");
    }
}
