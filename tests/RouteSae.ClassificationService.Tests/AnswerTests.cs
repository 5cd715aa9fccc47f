using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FluentAssertions;

namespace RouteSae.ClassificationService.Tests;

[Collection(ServiceTests.Name)]
public sealed class AnswerTests(TrainedService trained)
{
    private static readonly string[] Labels = ["Account", "Billing", "Delivery", "ProductQuestion", "Returns", "Technical"];

    [Fact]
    public async Task One_text_is_classified()
    {
        var response = await trained.Client.ClassifyAsync("Where is my parcel?");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var result = (await response.JsonAsync()).GetProperty("results").EnumerateArray().Should().ContainSingle().Subject;
        var classes = result.GetProperty("classes").EnumerateArray().ToList();
        classes.Select(c => c.GetProperty("label").GetString()).Should().BeEquivalentTo(Labels);
        classes.Select(c => c.GetProperty("probability").GetDouble()).Should().BeInDescendingOrder();
        classes.Sum(c => c.GetProperty("probability").GetDouble()).Should().BeApproximately(1, 1e-3);
        result.GetProperty("label").GetString().Should().Be(classes[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task A_thousand_texts_at_once_are_answered_in_their_order()
    {
        string[] two = ["Where is my parcel?", "I forgot my password."];
        var expected = await Task.WhenAll(two.Select(async text => LabelsOf(await (await trained.Client.ClassifyAsync(text)).JsonAsync()).Single()));

        var response = await trained.Client.ClassifyAsync([.. Enumerable.Range(0, 1000).Select(i => two[i % 2])]);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        LabelsOf(await response.JsonAsync()).Should().Equal(Enumerable.Range(0, 1000).Select(i => expected[i % 2]));
    }

    [Theory]
    [InlineData("I was charged twice, please send the money back.")]
    [InlineData("Ünïcödé 🙂 text\nwith \"quotes\" and <b>tags</b> — again 🙂.")]
    public async Task An_explanation_names_features_and_the_characters_that_they_fired_on(string text)
    {
        var explained = await (await trained.Client.PostAsJsonAsync("explain", new { text })).JsonAsync();

        explained.GetProperty("text").GetString().Should().Be(text);
        explained.GetProperty("truncated").GetBoolean().Should().BeFalse();
        var label = explained.GetProperty("label").GetString()!;
        var features = explained.GetProperty("features").EnumerateArray().ToList();
        features.Should().HaveCountGreaterThan(3).And.HaveCountLessThanOrEqualTo(12);
        features.Select(feature => Math.Abs(feature.GetProperty("contributions").GetProperty(label).GetDouble())).Should().BeInDescendingOrder();
        foreach (var feature in features)
        {
            feature.GetProperty("name").GetString().Should().StartWith("f");
            feature.GetProperty("contributions").EnumerateObject().Select(pair => pair.Name).Should().BeEquivalentTo(Labels);
            feature.GetProperty("words").EnumerateArray().Should().NotBeEmpty().And.OnlyContain(word => IsSliceOf(word, text));
        }
    }

    [Fact]
    public async Task A_text_beyond_the_context_is_said_to_be_cut()
    {
        var explained = await (await trained.Client.PostAsJsonAsync("explain", new { text = string.Concat(Enumerable.Repeat("the parcel is late ", 300)) })).JsonAsync();

        explained.GetProperty("truncated").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Health_is_ok_while_a_model_answers()
    {
        var response = await trained.Client.GetAsync("healthz");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.JsonAsync()).GetProperty("status").GetString().Should().Be("Healthy");
    }

    private static IEnumerable<string> LabelsOf(JsonElement answer) =>
        answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("label").GetString()!);

    private static bool IsSliceOf(JsonElement word, string text) =>
        text.Substring(word.GetProperty("start").GetInt32(), word.GetProperty("length").GetInt32()) == word.GetProperty("text").GetString()
        && word.GetProperty("activation").GetDouble() > 0;
}
