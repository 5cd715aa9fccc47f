using FluentAssertions;
using RouteSae.Bundles;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

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
        using var featurizer = bundle.LoadFeaturizer();
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
            .WithMessage(
                $"*- {Temporary.File("bundle", "org", "name")}: no such folder*"
                + $"- {Server.Endpoint}org/name/tree/{LoopbackHub.Commit}: config.json has 23 bytes instead of 669; model.safetensors has 300000 bytes instead of 418448*");

        Server.Log.Should().NotContain(request => request.StartsWith("GET /org", StringComparison.Ordinal), "nothing is downloaded in vain");
        Directory.Exists(ModelCache).Should().BeFalse();
    }

    [Fact]
    public async Task Other_weights_of_the_same_size_are_noticed_by_the_announced_hash()
    {
        Serve(SmallBundle.LanguageModelFolder);
        var announced = Change("model.safetensors");

        await Saved("org/name").Awaiting(bundle => bundle.FetchLanguageModelAsync(Options)).Should().ThrowAsync<LanguageModelNotFoundException>()
            .WithMessage($"*: model.safetensors has SHA-256 {announced.ETag} instead of *");

        Server.Log.Should().NotContain(request => request.StartsWith("GET /org", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_configuration_of_the_same_size_is_noticed_before_the_weights_are_downloaded()
    {
        Serve(SmallBundle.LanguageModelFolder);
        Change("config.json").ETag = new string('a', 40) + "-git";

        await Saved("org/name").Awaiting(bundle => bundle.FetchLanguageModelAsync(Options)).Should().ThrowAsync<LanguageModelNotFoundException>()
            .WithMessage("*: config.json has SHA-256 * instead of *");

        Server.Downloads("config.json").Should().Be(1);
        Server.Downloads("model.safetensors").Should().Be(0);
    }

    [Fact]
    public async Task A_model_on_the_hub_without_the_files_is_not_taken()
    {
        Serve(SmallBundle.LanguageModelFolder);
        Server.Files.Remove("model.safetensors");
        Server.Files["model.safetensors.index.json"] = ServedFile.Small("""{"weight_map": {"a": "x-1.safetensors"} }""");
        Server.Files["x-1.safetensors"] = ServedFile.Large(1000);

        await Saved("org/name").Awaiting(bundle => bundle.FetchLanguageModelAsync(Options)).Should().ThrowAsync<LanguageModelNotFoundException>()
            .WithMessage($"*/tree/{LoopbackHub.Commit}: model.safetensors is missing*");

        Server.Downloads("x-1.safetensors").Should().Be(0);
    }

    [Fact]
    public async Task A_bundle_gets_weights_also_where_only_the_tokenizer_is_asked_for()
    {
        Serve(SmallBundle.LanguageModelFolder);
        Options.TokenizerOnly = true;

        (await Saved("org/name").FetchLanguageModelAsync(Options)).Should().Be(Snapshot);
    }

    [Fact]
    public async Task A_model_that_is_there_is_not_asked_for()
    {
        LanguageModelSearch.Allow(SmallBundle.LanguageModelFolder);
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

    /// <summary>Changes one bit of a file.</summary>
    private ServedFile Change(string name)
    {
        var content = Server.Files[name].Content.ToArray();
        content[^1] ^= 1;
        return Server.Files[name] = new ServedFile(content);
    }

    private FeatureBundle Saved(string location)
    {
        SmallBundle.Build(location).Save(Temporary.File("bundle"));
        return FeatureBundle.Open(Temporary.File("bundle"));
    }
}
