using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

public sealed class ForwardPropertyTests
{
    private static readonly ForwardRequest s_everything = new() { HiddenStates = [0, 1, 2, 3, 4, 5], Logits = true };

    [Fact]
    public void A_hidden_state_is_the_same_whether_or_not_later_layers_are_computed()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 2, 9);
        using var all = model.Forward(ids, null, s_everything);

        foreach (var index in s_everything.HiddenStates)
        {
            using var output = model.Forward(ids, null, new ForwardRequest { HiddenStates = [index] });
            output.HiddenState(index).ShouldBeIdentical(all.HiddenState(index), $"hidden state {index}");
            output.Logits.Should().BeNull();
        }
    }

    [Fact]
    public void A_model_loaded_up_to_a_hidden_state_needs_no_layer_above_it()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var created = RandomModel.Create(RandomModel.Odd))
            created.Save(folder.Path);
        using var whole = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32 });
        StoredTensors.Remove(folder.Path, "lm_head.weight", "model.norm.weight", "model.layers.3.mlp.up_proj.weight", "model.layers.4.mlp.up_proj.weight");

        using var lower = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32, LastHiddenState = 3 });

        lower.LastHiddenState.Should().Be(3);
        var ids = RandomModel.Ids(whole.Config, 2, 9);
        var request = new ForwardRequest { HiddenStates = [1, 3] };
        using var expected = whole.Forward(ids, null, request);
        using var output = lower.Forward(ids, null, request);
        output.HiddenState(1).ShouldBeIdentical(expected.HiddenState(1), "hidden state 1");
        output.HiddenState(3).ShouldBeIdentical(expected.HiddenState(3), "hidden state 3");
    }

    [Fact]
    public void Padding_on_the_right_does_not_change_tokens()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 2, 12);
        using var masked = model.Forward(ids, RandomModel.Mask("111111100000", "111111111111"), s_everything);
        using var unpadded = model.Forward(ids.narrow(0, 0, 1).narrow(1, 0, 7), null, s_everything);

        foreach (var index in s_everything.HiddenStates)
            masked.HiddenState(index).narrow(0, 0, 1).narrow(1, 0, 7).ShouldBeClose(unpadded.HiddenState(index), $"hidden state {index}", absolute: 1e-6, relative: 1e-6);
    }

    [Fact]
    public void With_positions_from_the_mask_padding_on_the_left_does_not_change_tokens()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 2, 12);
        using var masked = model.Forward(ids, RandomModel.Mask("000001111111", "111111111111"), s_everything with { PositionsFromMask = true });
        using var unpadded = model.Forward(ids.narrow(0, 0, 1).narrow(1, 5, 7), null, s_everything);

        masked.Logits!.narrow(0, 0, 1).narrow(1, 5, 7).ShouldBeClose(unpadded.Logits!, "the logits");
    }

    [Fact]
    public void A_gap_in_the_mask_hides_the_tokens_in_it()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 1, 8);
        var other = ids.clone();
        other[0, 3] = (other[0, 3] + 1) % model.Config.VocabularySize;
        var mask = RandomModel.Mask("11101111");

        using var output = model.Forward(ids, mask, s_everything);
        using var changed = model.Forward(other, mask, s_everything);
        using var seen = model.Forward(other, null, s_everything);

        changed.Logits!.narrow(1, 4, 4).ShouldBeIdentical(output.Logits!.narrow(1, 4, 4), "the logits behind the gap");
        RandomModel.RelativeError(seen.Logits!.narrow(1, 4, 4), output.Logits!.narrow(1, 4, 4)).Should().BeGreaterThan(1e-3);
    }

    [Fact]
    public void A_row_of_padding_alone_leaves_the_others_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 3, 6);
        foreach (var positionsFromMask in new[] { false, true })
        {
            var request = s_everything with { PositionsFromMask = positionsFromMask };
            using var output = model.Forward(ids, RandomModel.Mask("001111", "000000", "111100"), request);
            using var first = model.Forward(ids.narrow(0, 0, 1), RandomModel.Mask("001111"), request);

            output.Logits!.isfinite().all().item<bool>().Should().BeTrue();
            output.Logits[0].narrow(0, 2, 4).ShouldBeClose(first.Logits![0].narrow(0, 2, 4), "the logits of the first row");
        }
    }

    [Fact]
    public void A_row_gives_the_same_alone_as_in_a_batch()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 8, 11);
        using var batch = model.Forward(ids, null, s_everything);

        for (var row = 0; row < 8; row++)
        {
            using var single = model.Forward(ids.narrow(0, row, 1), null, s_everything);
            single.Logits![0].ShouldBeClose(batch.Logits![row], $"the logits of row {row}");
        }
    }

    [Fact]
    public void A_sequence_may_be_longer_than_the_context_of_the_configuration()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd with { MaxPositions = 4 });
        using var roomy = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 1, 9);

        using var output = model.Forward(ids, null, s_everything);
        using var expected = roomy.Forward(ids, null, s_everything);

        output.Logits!.ShouldBeIdentical(expected.Logits!, "the logits");
    }

    [Fact]
    public void Masks_of_whole_numbers_and_of_truth_values_mean_the_same()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 1, 6);
        var mask = RandomModel.Mask("001111");

        using var output = model.Forward(ids, mask, s_everything);
        using var whole = model.Forward(ids.to_type(ScalarType.Int32), mask.to_type(ScalarType.Int64), s_everything);

        whole.Logits!.ShouldBeIdentical(output.Logits!, "the logits");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Four_threads_at_once_get_what_one_gets(bool brain)
    {
        using var scope = NewDisposeScope();
        var (single, brainModel) = RandomModel.CreateBoth(RandomModel.Even);
        using var first = single;
        using var second = brainModel;
        var model = brain ? brainModel : single;
        var batches = Enumerable.Range(0, 8).Select(seed => RandomModel.Ids(model.Config, 2, 32 + 8 * (seed % 3), seed)).ToArray();
        var expected = Array.ConvertAll(batches, batch => Logits(model, batch));
        var actual = new Tensor[batches.Length];
        var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (var i = number; i < batches.Length; i += 4)
                actual[i] = Logits(model, batches[i]);
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        for (var i = 0; i < batches.Length; i++)
        {
            actual[i].ShouldBeClose(expected[i], $"batch {i}", absolute: brain ? 1e-2 : 1e-5);
            actual[i].Dispose();
        }
    }

    [Fact]
    public void A_hidden_state_that_was_not_asked_for_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        using var output = model.Forward(RandomModel.Ids(model.Config, 1, 3), null, new ForwardRequest { HiddenStates = [4, 1, 4], Logits = true });

        output.Invoking(o => o.HiddenState(5)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Hidden state 5 was not asked for (asked for: 1, 4).*");
    }

    private static Tensor Logits(DecoderModel model, Tensor ids)
    {
        using var output = model.Forward(ids, null, new ForwardRequest { Logits = true });
        return output.Logits!.clone().DetachFromDisposeScope();
    }
}
