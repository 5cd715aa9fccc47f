using FluentAssertions;
using Microsoft.ML;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Feature selection keeps the values and the names of the slots that it chooses.</summary>
public sealed class FeatureSelectionTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private readonly string[] _names = MessageFeatures.SlotNames(messages.Featurized);
    private readonly float[][] _vectors = MessageFeatures.Vectors(messages.Featurized);

    [Fact]
    public void By_count_it_keeps_the_latents_that_fire_in_enough_texts()
    {
        var selected = messages.Ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Selected", "Features", count: 20)
            .Fit(messages.Featurized).Transform(messages.Featurized);

        var expected = Enumerable.Range(0, _names.Length).Where(slot => _vectors.Count(vector => vector[slot] != 0) >= 20).ToArray();
        expected.Length.Should().BeInRange(1, _names.Length - 1);
        MessageFeatures.SlotNames(selected, "Selected").Should().Equal(expected.Select(slot => _names[slot]));
        AssertSlots(selected, expected);
    }

    [Fact]
    public void By_mutual_information_it_keeps_named_slots_that_still_tell_the_topics_apart()
    {
        var ml = new MLContext(seed: 1);
        var model = messages.Ml.Transforms.FeatureSelection.SelectFeaturesBasedOnMutualInformation("Selected", "Features", "TopicKey", slotsInOutput: 10)
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("TopicKey", "Selected"))
            .Fit(messages.Featurized);

        var selected = model.Transform(messages.Featurized);

        var names = MessageFeatures.SlotNames(selected, "Selected");
        names.Should().HaveCount(10).And.OnlyHaveUniqueItems().And.BeSubsetOf(_names);
        AssertSlots(selected, [.. names.Select(name => Array.IndexOf(_names, name))]);
        ml.MulticlassClassification.Evaluate(selected, "TopicKey").MicroAccuracy.Should().BeGreaterThan(0.5);
    }

    [Fact]
    public void Selection_within_a_pipeline_survives_saving()
    {
        var model = messages.Estimator.Append(messages.Ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Features", count: 20)).Fit(messages.Source);
        var expected = model.Transform(messages.Source);

        var loaded = messages.Reload(model, messages.Source.Schema).Transform(messages.Source);

        MessageFeatures.SlotNames(loaded).Should().Equal(MessageFeatures.SlotNames(expected)).And.HaveCountLessThan(_names.Length);
        MessageFeatures.Vectors(loaded).Should().BeEquivalentTo(MessageFeatures.Vectors(expected), options => options.WithStrictOrdering());
    }

    private void AssertSlots(IDataView selected, int[] slots) => MessageFeatures.Vectors(selected, "Selected")
        .Should().BeEquivalentTo(_vectors.Select(vector => slots.Select(slot => vector[slot]).ToArray()), options => options.WithStrictOrdering());
}
