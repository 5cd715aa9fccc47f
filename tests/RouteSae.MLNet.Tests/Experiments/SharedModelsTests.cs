using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using RouteSae.MLNet.Experiments;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class SharedModelsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void All_networks_share_one_budget_and_a_network_that_is_given_up_gives_its_part_back()
    {
        var host = ((IHostEnvironment)_ml).Register("Test");
        using var models = new SharedModels(host, "Text", cacheMegabytes: 1, (_, _) => new FakeModel().Model);
        var (few, more) = (new RouteSaeOptions { MaxTokens = 3 }, new RouteSaeOptions { MaxTokens = 4 });
        models.Manifest(few);
        var (first, second) = (Model(models, few), Model(models, more));

        Computed(first, [.. Enumerable.Range(0, 5000).Select(i => string.Join(' ', Enumerable.Range(i * 40, 40)))]);
        first.Cache!.IsFull.Should().BeTrue();
        Computed(second, Long).Should().Be(Long.Length);
        Computed(second, Long).Should().Be(Long.Length, "the first network's codes have taken the budget");

        models.KeepOnly(new HashSet<string> { models.Network(more) });
        Computed(second, Long).Should().Be(Long.Length);
        Computed(second, Long).Should().Be(0);
    }

    /// <summary>Too large for what rounding leaves of the budget.</summary>
    private static string[] Long => [.. Enumerable.Range(0, 50).Select(i => string.Join(' ', Enumerable.Range(i * 1000, 500)))];

    private FeatureModel Model(SharedModels models, RouteSaeOptions options) =>
        models.Model(options, _ml.Data.LoadFromEnumerable(Ticket.Many(3)), CancellationToken.None);

    private static int Computed(FeatureModel model, string[] texts) =>
        model.Featurizer.Use(featurizer => model.Cache!.Encode(texts, missing => featurizer.Encode(missing))).Computed;
}
