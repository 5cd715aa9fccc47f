using FluentAssertions;
using RouteSae.Features;
using RouteSae.Storage;
using RouteSae.Tests.Features;
using Xunit;

namespace RouteSae.Tests.Storage.Hub;

public sealed class BundleFetchTests : HubTest
{
    [Fact]
    public async Task A_bundle_downloads_its_language_model_when_it_is_told_to()
    {
        Serve(SmallBundle.LanguageModelFolder);
        var bundle = Saved("org/name");
        bundle.Invoking(b => b.FindLanguageModel()).Should().Throw<LanguageModelNotFoundException>().WithMessage("*FeatureBundle.FetchLanguageModelAsync*");
        Server.Requests.Should().BeEmpty("nothing is downloaded unasked");

        (await bundle.FetchLanguageModelAsync(Options, Progress)).Should().Be(Snapshot);

        bundle.FindLanguageModel().Should().Be(Snapshot);
        using var featurizer = TextFeaturizer.Load(bundle);
        Progress.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_cached_model_that_is_another_one_is_compared_with_the_hubs()
    {
        AddToCache("00000000000000000000000000000000000000aa", "main", AllFiles);
        Serve(SmallBundle.LanguageModelFolder);

        (await Saved("org/name").FetchLanguageModelAsync(Options)).Should().Be(Snapshot);
    }

    [Fact]
    public async Task A_model_on_the_hub_that_is_another_one_is_not_taken()
    {
        await Saved("org/name").Awaiting(bundle => bundle.FetchLanguageModelAsync(Options)).Should().ThrowAsync<LanguageModelNotFoundException>()
            .WithMessage($"*- {Snapshot}: config.json has * bytes instead of *");
    }

    [Fact]
    public async Task A_model_that_is_there_is_not_asked_for()
    {
        (await Saved(SmallBundle.LanguageModelFolder).FetchLanguageModelAsync(Options)).Should().Be(SmallBundle.LanguageModelFolder);

        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_path_that_leads_nowhere_is_not_asked_for()
    {
        await Saved("../lm").Awaiting(bundle => bundle.FetchLanguageModelAsync(Options)).Should().ThrowAsync<LanguageModelNotFoundException>();

        Server.Requests.Should().BeEmpty();
    }

    private void Serve(string folder)
    {
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            Server.Files[name] = new ServedFile(File.ReadAllBytes(Path.Combine(folder, name)));
        }
    }

    private FeatureBundle Saved(string location)
    {
        SmallBundle.Build(location).Save(Temporary.File("bundle"));
        return FeatureBundle.Open(Temporary.File("bundle"));
    }
}
