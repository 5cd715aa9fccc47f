using FluentAssertions;
using RouteSae.Tests.Golden;
using RouteSae.Tests.LanguageModels.Families;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>Every family through the engine against its published equations in float64.</summary>
public sealed class EngineFamilyTests
{
    public static TheoryData<string> Cases => [.. FamilyConfigs.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hidden_states_follow_the_published_equations(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        var engine = EngineRun.Load(family.Folder);

        var run = EngineRun.Of(engine, [.. family.Ids.Select(id => (int)id)]);

        for (var index = 0; index < family.States.Count; index++)
        {
            run.State(index).ShouldBeClose(family.States[index], $"hidden state {index}", absolute: 2e-5, relative: 2e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_engine_loaded_up_to_a_hidden_state_gives_the_same_bits_as_the_whole(string name)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        int[] ids = [.. family.Ids.Select(id => (int)id)];

        var whole = EngineRun.Of(EngineRun.Load(family.Folder), ids);
        var part = EngineRun.Of(EngineRun.Load(family.Folder, last: 2), ids);

        part.States.Keys.Should().Equal(0, 1, 2);
        foreach (var index in part.States.Keys)
        {
            part.States[index].Should().BeEquivalentTo(whole.States[index], options => options.WithStrictOrdering());
        }
    }
}
