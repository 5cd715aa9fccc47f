using FluentAssertions;
using RouteSae.Tensors;
using RouteSae.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Checkpoints;

public sealed class TrainingStateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TensorsAndValuesComeBackToTheLastBit()
    {
        using var scope = NewDisposeScope();
        var matrix = randn(3, 5);
        var wide = randn([7], dtype: ScalarType.Float64);
        double[] doubles = [0.1, -0.0, double.Epsilon, double.NaN, double.NegativeInfinity, Math.PI];

        using var read = WrittenAndRead(state =>
        {
            state.Set("matrix", matrix);
            state.Within("part.").Set("wide", wide);
            state.Set("counts", tensor([1L, long.MaxValue]));
            state.Set("flags", tensor([true, false]));
            state.Set("none", zeros(0, 4));
            state.Set("doubles", doubles);
            state.Set("bits", ulong.MaxValue);
            state.Within("part.").Within("of.").Set("name", "größer als \"π\"");
            state.Set<int?>("nothing", null);
        });

        read.Tensor("matrix").ShouldBeIdentical(matrix, "matrix");
        read.Within("part.").Tensor("wide").ShouldBeIdentical(wide, "wide");
        read.Tensor("counts").data<long>().ToArray().Should().Equal(1, long.MaxValue);
        read.Tensor("flags").data<bool>().ToArray().Should().Equal(true, false);
        read.Tensor("none").shape.Should().Equal(0, 4);
        read.Value<double[]>("doubles").Select(BitConverter.DoubleToInt64Bits).Should().Equal(doubles.Select(BitConverter.DoubleToInt64Bits));
        read.Value<ulong>("bits").Should().Be(ulong.MaxValue);
        read.Within("part.of.").Value<string>("name").Should().Be("größer als \"π\"");
        read.Value<int?>("nothing").Should().BeNull();
    }

    [Fact]
    public void WhatIsWrittenIsWhatTheTensorHoldsThen()
    {
        using var numbers = zeros(4);
        using var read = WrittenAndRead(state =>
        {
            state.Set("numbers", numbers);
            numbers.fill_(3);
        });

        read.Tensor("numbers").data<float>().ToArray().Should().AllBeEquivalentTo(3f);
    }

    [Fact]
    public void EveryFlippedByteAndEveryTruncationIsDetected()
    {
        var path = _folder.File("state.safetensors");
        using (var state = new TrainingState())
        {
            using var numbers = arange(10, ScalarType.Float32);
            state.Set("numbers", numbers);
            state.Set("step", 12);
            state.Write(path);
        }
        var good = File.ReadAllBytes(path);
        var read = () => TrainingState.Read(path).Dispose();

        for (var place = 0; place < good.Length; place++)
        {
            var bad = good.ToArray();
            bad[place] ^= (byte)(1 << (place % 8));
            File.WriteAllBytes(path, bad);
            read.Should().Throw<SafetensorsFormatException>($"byte {place} is not what was written").WithMessage($"{path}: *");
        }
        for (var length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(path, good[..length]);
            read.Should().Throw<SafetensorsFormatException>($"only {length} bytes are left");
        }
        File.WriteAllBytes(path, [.. good, 0]);
        read.Should().Throw<SafetensorsFormatException>("a byte was added");
        File.WriteAllBytes(path, good);
        read.Should().NotThrow();
    }

    [Fact]
    public void AnotherSafetensorsFileIsNoState()
    {
        var path = _folder.File("weights.safetensors");
        using var numbers = zeros(4);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = numbers });

        FluentActions.Invoking(() => TrainingState.Read(path)).Should().Throw<SafetensorsFormatException>()
            .WithMessage($"{path}: this is not the state of a training.");
    }

    [Fact]
    public void WhatIsMissingOrOfAnotherShapeIsNamed()
    {
        using var scope = NewDisposeScope();
        using var state = new TrainingState();
        state.Set("weight", zeros(2, 3));
        state.Set("count", "three");
        var part = state.Within("part.");

        part.Invoking(p => p.Tensor("weight")).Should().Throw<SafetensorsFormatException>()
            .WithMessage("a new state of training: the state of the training lacks the tensor 'part.weight'.");
        part.Invoking(p => p.Value<int>("count")).Should().Throw<SafetensorsFormatException>()
            .WithMessage("a new state of training: the state of the training lacks the value 'part.count'.");
        state.Invoking(s => s.Value<int>("count")).Should().Throw<SafetensorsFormatException>()
            .WithMessage("a new state of training: the value 'count' of the state is \"three\", which is no Int32.");
        state.Invoking(s => s.CopyTo("weight", zeros(3, 2))).Should().Throw<SafetensorsFormatException>()
            .WithMessage("a new state of training: the tensor 'weight' is Float32 [2, 3], but this training needs Float32 [3, 2].");
        state.Invoking(s => s.CopyTo("weight", zeros(2, 3, ScalarType.Float64))).Should().Throw<SafetensorsFormatException>()
            .WithMessage("a new state of training: the tensor 'weight' is Float32 [2, 3], but this training needs Float64 [2, 3].");
    }

    [Theory]
    [InlineData("weight")]
    [InlineData("")]
    [InlineData("~sha256")]
    [InlineData("größe")]
    [InlineData("two words")]
    public void NamesThatAreTakenOrImpossibleAreRefused(string name)
    {
        using var numbers = zeros(2);
        using var state = new TrainingState();
        state.Set("weight", numbers);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        state.Invoking(s => s.Set(name, numbers)).Should().Throw<ArgumentException>().WithMessage($"*'{name}'*");

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    [Fact]
    public void NoTensorIsLeftBehind()
    {
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        WrittenAndRead(state =>
        {
            using var numbers = zeros(4);
            state.Set("numbers", numbers);
            state.Within("part.").Set("numbers", numbers);
        }).Dispose();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    private TrainingState WrittenAndRead(Action<TrainingState> fill)
    {
        var path = _folder.File("state.safetensors");
        using var state = new TrainingState();
        fill(state);
        state.Write(path);
        return TrainingState.Read(path);
    }
}
