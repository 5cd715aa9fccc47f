using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>Every family against its published equations in float64, and what must hold for all of them.</summary>
public sealed class FamilyTests
{
    public static TheoryData<string> Cases => [.. FamilyConfigs.All.Keys];

    /// <summary>Of these a cached key keeps the rotation of the length that it was made at, as in the reference.</summary>
    public static TheoryData<string> CasesWithFixedRotation => [.. FamilyConfigs.All.Keys.Where(name => name != "llama, dynamic, beyond its limit")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hidden_states_and_logits_follow_the_published_equations(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        using var model = family.Load();

        using var output = All(model, family.Ids);

        for (var index = 0; index < family.States.Count; index++)
            output.HiddenState(index)[0].ShouldBeClose(family.States[index], $"hidden state {index}", absolute: 2e-5, relative: 2e-4);
        output.Logits![0].ShouldBeClose(family.Logits, "the logits", absolute: 5e-5, relative: 2e-4);
    }

    [Theory]
    [MemberData(nameof(CasesWithFixedRotation))]
    public void Tokens_generated_with_and_without_a_cache_are_the_same(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        using var model = family.Load();
        var prompts = tensor(family.Ids[..12], [2, 6]);
        var mask = RandomModel.Mask("111111", "001111");

        GeneratedTokens Generate(bool useCache) =>
            model.Generate(prompts, mask, new GenerationOptions { MaxNewTokens = 14, UseCache = useCache, KeepScores = true, EndOfSequence = [] });
        using GeneratedTokens with = Generate(true), without = Generate(false);

        with.Ids.data<long>().Should().Equal(without.Ids.data<long>());
        with.Scores!.ShouldBeClose(without.Scores!, "the scores", absolute: 1e-4, relative: 1e-4);
    }

    [Fact]
    public void A_cached_key_keeps_the_rotation_of_the_length_at_which_it_came()
    {
        using var scope = NewDisposeScope();
        const int prompt = 10;
        using var family = new FamilyCase("llama, dynamic, beyond its limit");
        using var model = family.Load();
        using var generated = model.Generate(
            tensor(family.Ids[..prompt], [1, prompt]), options: new GenerationOptions { MaxNewTokens = 8, KeepScores = true, EndOfSequence = [] });

        var reference = new PublishedLlama(FamilyConfigs.All["llama, dynamic, beyond its limit"]()) { Prompt = prompt };
        var logits = reference.Logits(reference.HiddenStates(generated.Ids.data<long>().ToArray())[^1]);

        generated.Scores!.squeeze(1).ShouldBeClose(logits.narrow(0, prompt - 1, 8), "the scores", absolute: 5e-5, relative: 2e-4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Passes_and_generations_leave_no_tensor(string name)
    {
        using var family = new FamilyCase(name);
        using var model = family.Load();
        using var ids = tensor(family.Ids[..12], [2, 6]);
        using var mask = RandomModel.Mask("111111", "001111");
        var options = new GenerationOptions { MaxNewTokens = 12, EndOfSequence = [] };
        void Run()
        {
            using var output = model.Forward(ids, mask, new ForwardRequest { HiddenStates = [0, 1], Logits = true });
            using var generated = model.Generate(ids, mask, options);
        }

        Run();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Padding_on_the_left_changes_nothing_where_positions_come_from_the_mask(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        using var model = family.Load();
        var length = family.Ids.Length;
        var padded = tensor(new long[] { 3, 3, 3 }.Concat(family.Ids).ToArray(), [1, length + 3]);
        var mask = RandomModel.Mask("000" + new string('1', length));
        var last = model.Config.LayerCount;

        using var output = model.Forward(padded, mask, new ForwardRequest { HiddenStates = [last], Logits = true, PositionsFromMask = true });

        output.HiddenState(last)[0].narrow(0, 3, length).ShouldBeClose(family.States[last], "the last hidden state", absolute: 2e-5, relative: 2e-4);
        output.Logits![0].narrow(0, 3, length).ShouldBeClose(family.Logits, "the logits", absolute: 5e-5, relative: 2e-4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_model_loaded_up_to_a_hidden_state_equals_the_whole_one(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        using DecoderModel whole = family.Load(), part = family.Load(last: 2);
        var ids = tensor(family.Ids, [1, family.Ids.Length]);

        using DecoderOutput expected = whole.Forward(ids, null, new ForwardRequest { HiddenStates = [2] }), actual = part.Forward(ids, null, new ForwardRequest { HiddenStates = [2] });

        actual.HiddenState(2).ShouldBeIdentical(expected.HiddenState(2), "hidden state 2");
        part.Layers.Should().HaveCount(2);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_edited_hidden_state_goes_on_as_if_the_layers_had_made_it(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        using var model = family.Load();
        var ids = tensor(family.Ids, [1, family.Ids.Length]);
        var own = family.States[1].to_type(ScalarType.Float32).unsqueeze(0);
        var edits = new Dictionary<int, HiddenStateEdit> { [1] = _ => own };

        // Other tokens below, the same hidden state 1 put in their place.
        using var output = model.Forward(ids.flip(1), null, new ForwardRequest { Logits = true, Edits = edits });

        output.Logits![0].ShouldBeClose(family.Logits, "the logits", absolute: 5e-5, relative: 2e-4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bfloat16_is_close(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        using var model = family.Load(Precision.BFloat16);

        using var output = All(model, family.Ids);

        // bfloat16 has 8 bits; 0.06 allows for four layers, and no wrong equation comes near it.
        for (var index = 0; index < family.States.Count; index++)
            RandomModel.RelativeError(output.HiddenState(index)[0], family.States[index]).Should().BeLessThan(0.06, $"of hidden state {index}");
    }

    private static DecoderOutput All(DecoderModel model, long[] ids) => model.Forward(
        tensor(ids, [1, ids.Length]), null, new ForwardRequest { HiddenStates = [.. Enumerable.Range(0, model.Config.LayerCount + 1)], Logits = true });
}
