using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>The engine's hidden states against Hugging Face transformers, float32, within the tolerance of the TorchSharp blocks.</summary>
public sealed class GoldenEngineTests
{
    public static TheoryData<string, string> Cases => GoldenModel.Cases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hidden_states_equal_the_reference(string model, string testCase)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenModel(model);
        var engine = EngineRun.Load(golden.Folder);
        Tensor ids = golden.Expected[$"{testCase}.input_ids"], mask = golden.Expected[$"{testCase}.attention_mask"];
        if (testCase == "left" && engine.Config.LearnedPositions)
        {
            return; // There the padding moves the positions.
        }

        var counted = mask.flatten().to_type(ScalarType.Bool).data<bool>().ToArray();
        var (rows, length) = ((int)ids.size(0), (int)ids.size(1));
        var all = ids.flatten().to_type(ScalarType.Int64).data<long>().ToArray();
        int[][] texts = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(row * length, length).Where(i => counted[i]).Select(i => (int)all[i]).ToArray())];

        var run = EngineRun.Of(engine, texts);

        var places = tensor(Enumerable.Range(0, counted.Length).Where(i => counted[i]).Select(i => (long)i).ToArray());
        for (var index = 0; index <= engine.Config.LayerCount; index++)
        {
            var expected = golden.Expected[$"{testCase}.hidden_states"][index].flatten(0, 1).index_select(0, places);
            run.State(index).ShouldBeClose(expected, $"hidden state {index}", golden.HiddenStateTolerance());
        }
    }
}
