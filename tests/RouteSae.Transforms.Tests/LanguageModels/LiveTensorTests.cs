using FluentAssertions;
using RouteSae.LanguageModels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Nothing that a pass creates outlives it: counted on the thread that runs it.</summary>
public sealed class LiveTensorTests
{
    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Fifty_forward_passes_leave_no_tensor(Precision precision)
    {
        using var model = CreateEven(precision);
        using var ids = RandomModel.Ids(model.Config, 2, 32);
        using var mask = RandomModel.Mask(new string('1', 32), "00" + new string('1', 30));

        ShouldStayFlat(50, () =>
        {
            using var output = model.Forward(ids, null, new ForwardRequest { HiddenStates = [1, 2], Logits = true });
            using var masked = model.Forward(ids, mask, new ForwardRequest { HiddenStates = [3] });
        });
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Fifty_generations_leave_no_tensor(Precision precision)
    {
        using var model = CreateEven(precision);
        using var ids = RandomModel.Ids(model.Config, 2, 4);
        using var mask = RandomModel.Mask("1111", "0111");
        var options = new GenerationOptions { MaxNewTokens = 3, Temperature = 1, TopK = 4, TopP = 0.9, KeepScores = true };

        ShouldStayFlat(50, () =>
        {
            using var generated = model.Generate(ids, mask, options);
            generated.NewTokens(1);
        });
    }

    [Fact]
    public void Loading_and_disposing_leaves_no_tensor()
    {
        using var folder = new TemporaryFolder();
        using (var model = CreateEven(Precision.Float32))
            model.Save(folder.Path);

        ShouldStayFlat(5, () =>
        {
            using var single = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32 });
            using var brain = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.BFloat16, LastHiddenState = 2 });
        });
    }

    [Fact]
    public void A_failed_load_leaves_no_tensor()
    {
        using var folder = new TemporaryFolder();
        using (var model = CreateEven(Precision.Float32))
            model.Save(folder.Path);
        StoredTensors.Remove(folder.Path, "model.layers.2.mlp.down_proj.weight");

        ShouldStayFlat(5, () => FluentActions.Invoking(() => DecoderModel.Load(folder.Path)).Should().Throw<LanguageModelFormatException>());
    }

    [Fact]
    public void A_model_outlives_the_scope_in_which_it_is_loaded()
    {
        using var folder = new TemporaryFolder();
        using (var created = RandomModel.Create(RandomModel.Odd))
            created.Save(folder.Path);
        DecoderModel model;
        using (NewDisposeScope())
            model = DecoderModel.Load(folder.Path);
        using (model)
        {
            using var ids = RandomModel.Ids(model.Config, 1, 3);
            using var output = model.Forward(ids, null, new ForwardRequest { Logits = true });
            output.Logits!.shape.Should().Equal(1, 3, 61);
        }
    }

    [Fact]
    public void Fifty_training_steps_leave_no_tensor()
    {
        using var model = CreateEven(Precision.BFloat16);
        foreach (var parameter in model.Parameters)
            parameter.requires_grad_(true);
        using var ids = RandomModel.Ids(model.Config, 2, 32);

        ShouldStayFlat(50, () =>
        {
            using var scope = NewDisposeScope();
            using var output = model.Forward(ids, null, new ForwardRequest { HiddenStates = [3] });
            var hidden = output.HiddenState(3);
            hidden.backward([ones_like(hidden)]);
            foreach (var parameter in model.Parameters)
                parameter.grad = null;
        });
    }

    private static DecoderModel CreateEven(Precision precision)
    {
        var (single, brain) = RandomModel.CreateBoth(RandomModel.Even);
        (precision == Precision.Float32 ? brain : single).Dispose();
        return precision == Precision.Float32 ? single : brain;
    }

    private static void ShouldStayFlat(int times, Action action)
    {
        action();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < times; i++)
            action();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }
}
