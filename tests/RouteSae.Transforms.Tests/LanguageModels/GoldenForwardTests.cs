using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Hidden states and logits against Hugging Face transformers, float32.</summary>
public sealed class GoldenForwardTests
{
    public static TheoryData<string, string> Cases => GoldenModel.Cases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hidden_states_and_logits_equal_the_reference(string model, string testCase)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenModel(model);
        var layers = golden.Model.Config.LayerCount;
        var request = new ForwardRequest { HiddenStates = [.. Enumerable.Range(0, layers + 1)], Logits = true };

        using var output = golden.Model.Forward(golden.Expected[$"{testCase}.input_ids"], golden.Expected[$"{testCase}.attention_mask"], request);

        var expected = golden.Expected[$"{testCase}.hidden_states"];
        expected.size(0).Should().Be(layers + 1);
        for (var index = 0; index <= layers; index++)
            golden.Defined(testCase, output.HiddenState(index)).ShouldBeClose(golden.Defined(testCase, expected[index]), $"hidden state {index}", golden.HiddenStateTolerance());
        golden.Defined(testCase, golden.Model.FinalNorm!.Apply(golden.Expected[$"{testCase}.last_layer_output"]))
            .ShouldBeClose(golden.Defined(testCase, expected[layers]), "the final norm of the last layer's output", golden.HiddenStateTolerance());
        golden.Defined(testCase, output.Logits!).ShouldBeClose(golden.Defined(testCase, golden.Expected[$"{testCase}.logits"]), "the logits", golden.LogitTolerance());
    }
}
