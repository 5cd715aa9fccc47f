using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Torch;
using RouteSae.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

public sealed class HiddenStateEditTests : IDisposable
{
    private static readonly int[] s_all = [0, 1, 2, 3, 4, 5];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DecoderModel _model = RandomModel.Create(RandomModel.Odd);

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void An_edit_that_returns_what_it_gets_changes_no_bit(Precision precision)
    {
        var (single, brain) = RandomModel.CreateBoth(RandomModel.Even);
        using var first = single;
        using var second = brain;
        var model = precision == Precision.Float32 ? single : brain;
        var ids = RandomModel.Ids(model.Config, 2, 32);
        using var plain = model.Forward(ids, null, new ForwardRequest { HiddenStates = [0, 1, 2, 3], Logits = true });

        using var same = model.Forward(ids, null, new ForwardRequest { HiddenStates = [0, 1, 2, 3], Logits = true, Edits = Each([0, 1, 2], h => h) });
        using var copied = model.Forward(ids, null, new ForwardRequest { HiddenStates = [0, 1, 2, 3], Logits = true, Edits = Each([0, 1, 2], h => h.clone()) });

        foreach (var output in new[] { same, copied })
        {
            output.Logits!.ShouldBeIdentical(plain.Logits!, "the logits");
            for (var index = 0; index <= 3; index++)
                output.HiddenState(index).ShouldBeIdentical(plain.HiddenState(index), $"hidden state {index}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_layers_above_an_edit_run_on_what_it_returns(int index)
    {
        var ids = RandomModel.Ids(_model.Config, 2, 9);
        var replacement = randn(2, 9, _model.Config.HiddenSize);

        using var output = _model.Forward(ids, null, new ForwardRequest { HiddenStates = s_all, Logits = true, Edits = One(index, _ => replacement) });

        var expected = Upper(index, replacement);
        output.HiddenState(index).ShouldBeIdentical(replacement, "the edited hidden state");
        for (var above = index + 1; above <= 5; above++)
            output.HiddenState(above).ShouldBeIdentical(expected[above], $"hidden state {above}");
        output.Logits!.ShouldBeIdentical(_model.Logits(expected[5]), "the logits");
    }

    [Fact]
    public void Zeroing_a_hidden_state_leaves_nothing_of_the_text()
    {
        var ids = RandomModel.Ids(_model.Config, 1, 9);
        var other = RandomModel.Ids(_model.Config, 1, 9, seed: 2);
        var request = new ForwardRequest { HiddenStates = [1, 3, 5], Edits = One(3, hidden => zeros_like(hidden)) };

        using var output = _model.Forward(ids, null, request);
        using var otherOutput = _model.Forward(other, null, request);

        output.HiddenState(5).ShouldBeIdentical(otherOutput.HiddenState(5), "hidden state 5");
        output.HiddenState(3).count_nonzero().item<long>().Should().Be(0);
        RandomModel.RelativeError(output.HiddenState(1), otherOutput.HiddenState(1)).Should().BeGreaterThan(0.1, "layers below the edit read the text");
    }

    [Fact]
    public void Edits_run_from_the_lowest_up_and_read_what_lower_ones_made()
    {
        var order = new List<int>();
        HiddenStateEdit Note(int index, double factor) => hidden =>
        {
            order.Add(index);
            return hidden * factor;
        };
        var ids = RandomModel.Ids(_model.Config, 2, 9);
        var edits = new Dictionary<int, HiddenStateEdit> { [4] = Note(4, -1), [1] = Note(1, 2), [3] = Note(3, 0.5) };
        using var plain = _model.Forward(ids, null, new ForwardRequest { HiddenStates = s_all });

        using var output = _model.Forward(ids, null, new ForwardRequest { HiddenStates = s_all, Edits = edits });

        order.Should().Equal(1, 3, 4);
        var first = Upper(1, plain.HiddenState(1) * 2);
        var second = Upper(3, first[3] * 0.5);
        var third = Upper(4, second[4] * -1);
        output.HiddenState(2).ShouldBeIdentical(first[2], "hidden state 2");
        output.HiddenState(4).ShouldBeIdentical(third[4], "hidden state 4");
        output.HiddenState(5).ShouldBeIdentical(third[5], "hidden state 5");
    }

    [Fact]
    public void An_edit_may_change_the_hidden_state_in_place()
    {
        var ids = RandomModel.Ids(_model.Config, 2, 9);
        using var inPlace = _model.Forward(ids, null, new ForwardRequest { Logits = true, Edits = One(2, hidden => hidden.mul_(2)) });
        using var output = _model.Forward(ids, null, new ForwardRequest { Logits = true, Edits = One(2, hidden => hidden * 2) });

        inPlace.Logits!.ShouldBeIdentical(output.Logits!, "the logits");
    }

    [Fact]
    public void A_replacement_in_another_memory_order_counts_by_its_values()
    {
        var (single, brain) = RandomModel.CreateBoth(RandomModel.Even);
        using var model = single;
        brain.Dispose();
        var ids = RandomModel.Ids(model.Config, 2, 32);
        var replacement = randn(2, 32, 128);

        using var output = model.Forward(ids, null, new ForwardRequest { Logits = true, Edits = One(1, _ => replacement.transpose(0, 1).contiguous().transpose(0, 1)) });
        using var expected = model.Forward(ids, null, new ForwardRequest { Logits = true, Edits = One(1, _ => replacement) });

        output.Logits!.ShouldBeIdentical(expected.Logits!, "the logits");
    }

    [Fact]
    public void With_a_cache_an_edit_sees_the_new_positions_only()
    {
        var ids = RandomModel.Ids(_model.Config, 2, 10);
        var direction = randn(_model.Config.HiddenSize);
        var lengths = new List<long>();
        var request = new ForwardRequest
        {
            Logits = true,
            Edits = One(3, hidden =>
            {
                lengths.Add(hidden.size(1));
                return hidden + direction;
            }),
        };
        using var whole = _model.Forward(ids, null, request);
        using var cache = new KeyValueCache(_model.Config.LayerCount);
        var parts = new List<Tensor>();
        for (int start = 0, size = 7; start < 10; start += size, size = 1)
        {
            using var part = _model.Forward(ids.narrow(1, start, size), null, request, cache);
            parts.Add(part.Logits!.clone());
        }

        lengths.Should().Equal(10, 7, 1, 1, 1);
        cat(parts, 1).ShouldBeClose(whole.Logits!, "the logits");
    }

    [Fact]
    public void Gradients_flow_through_an_edit()
    {
        var ids = RandomModel.Ids(_model.Config, 1, 4);
        var direction = zeros(_model.Config.HiddenSize).requires_grad_(true);

        using var output = _model.Forward(ids, null, new ForwardRequest { HiddenStates = [3], Edits = One(1, hidden => hidden + direction) });
        output.HiddenState(3).square().sum().backward();

        direction.grad!.abs().min().item<float>().Should().BeGreaterThan(0);
    }

    [Fact]
    public void A_tensor_that_the_caller_brings_stays_the_callers()
    {
        var ids = RandomModel.Ids(_model.Config, 2, 9);
        var constant = zeros(2, 9, _model.Config.HiddenSize);
        using (_model.Forward(ids, null, new ForwardRequest { HiddenStates = [2, 5], Edits = Each([1, 2], _ => constant) }))
        {
        }

        constant.IsInvalid.Should().BeFalse();
        constant.count_nonzero().item<long>().Should().Be(0);
    }

    [Fact]
    public void Fifty_edited_passes_leave_no_tensor()
    {
        using var constant = zeros(2, 9, _model.Config.HiddenSize);
        using var ids = RandomModel.Ids(_model.Config, 2, 9);
        var edits = new Dictionary<int, HiddenStateEdit>
        {
            [0] = hidden => hidden * 2 + 1,
            [1] = hidden => hidden,
            [2] = hidden => hidden.add_(1),
            [3] = _ => constant,
        };
        void Pass()
        {
            using var output = _model.Forward(ids, null, new ForwardRequest { HiddenStates = [1, 4], Logits = true, Edits = edits });
            FluentActions.Invoking(() => _model.Forward(ids, null, new ForwardRequest { Logits = true, Edits = One(2, hidden => hidden.sum()) }))
                .Should().Throw<ArgumentException>();
        }

        Pass();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 50; i++)
            Pass();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void The_last_hidden_state_cannot_be_edited() =>
        Forward(new ForwardRequest { Logits = true, Edits = One(5, hidden => hidden) }).Should().Throw<ArgumentException>()
            .WithMessage("Hidden state 5 of this llama model is after the final norm and cannot be edited. Edit hidden states 0 to 4.*");

    [Theory]
    [InlineData(6)]
    [InlineData(-1)]
    public void A_hidden_state_that_does_not_exist_cannot_be_edited(int index) =>
        Forward(new ForwardRequest { Logits = true, Edits = One(index, hidden => hidden) }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage($"Hidden state {index} does not exist in this llama model (hidden states 0 to 5).*");

    [Fact]
    public void An_edit_that_would_do_nothing_is_refused()
    {
        Forward(new ForwardRequest { HiddenStates = [1, 2], Edits = One(3, hidden => hidden) }).Should().Throw<ArgumentException>()
            .WithMessage("The edit of hidden state 3 would do nothing: the pass ends at hidden state 2, the last one asked for. Ask for logits or a hidden state from 3 on.*");
        Forward(new ForwardRequest { Edits = One(0, hidden => hidden) }).Should().Throw<ArgumentException>()
            .WithMessage("The edit of hidden state 0 would do nothing: neither hidden states nor logits are asked for. Ask for logits or a hidden state from 0 on.*");
    }

    [Fact]
    public void A_replacement_of_another_shape_or_type_is_refused()
    {
        Forward(new ForwardRequest { Logits = true, Edits = One(1, hidden => hidden.narrow(1, 0, 2)) }).Should().Throw<ArgumentException>().WithMessage(
            "The edit of hidden state 1 returned Float32 [1, 2, 24] on cpu, but what it replaces is Float32 [1, 3, 24] on cpu. Return a tensor of the same shape, type and device.*");
        Forward(new ForwardRequest { Logits = true, Edits = One(1, hidden => hidden.to_type(ScalarType.Float64)) }).Should().Throw<ArgumentException>().WithMessage(
            "The edit of hidden state 1 returned Float64 [1, 3, 24] on cpu, but what it replaces is Float32 [1, 3, 24] on cpu.*");
        Forward(new ForwardRequest { Logits = true, Edits = One(1, _ => null!) }).Should().Throw<ArgumentException>().WithMessage(
            "The edit of hidden state 1 returned null. Return the hidden state itself to leave it as it is.*");
    }

    private static Dictionary<int, HiddenStateEdit> One(int index, HiddenStateEdit edit) => new() { [index] = edit };

    private static Dictionary<int, HiddenStateEdit> Each(int[] indices, HiddenStateEdit edit) => indices.ToDictionary(index => index, _ => edit);

    private Func<DecoderOutput> Forward(ForwardRequest request) => () => _model.Forward(zeros(1, 3, ScalarType.Int64), null, request);

    /// <summary>The hidden states that the layers above <paramref name="index"/> make of this one.</summary>
    private Dictionary<int, Tensor> Upper(int index, Tensor hidden)
    {
        var context = new PassContext(_model, mask: null, cached: 0, hidden.size(1), positionsFromMask: false);
        var states = new Dictionary<int, Tensor> { [index] = hidden };
        for (var layer = index; layer < _model.Config.LayerCount; layer++)
            states[layer + 1] = _model.Layers[layer].Forward(states[layer], context.For(layer), cache: null);
        states[_model.Config.LayerCount] = _model.FinalNorm!.Apply(states[_model.Config.LayerCount]);
        return states;
    }
}
