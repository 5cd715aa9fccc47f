using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubTokenizerTests : HubTest
{
    private const string OldCommit = "00000000000000000000000000000000000000aa";

    [Fact]
    public async Task A_tokenizer_comes_without_weights_and_once()
    {
        Server.Files["special_tokens_map.json"] = ServedFile.Small("""{"eos_token": "</s>"}""");
        Options.TokenizerOnly = true;

        (await ResolveAsync()).Should().Be(Snapshot);

        Directory.GetFiles(Snapshot).Select(Path.GetFileName).Should()
            .BeEquivalentTo("config.json", "tokenizer.json", "special_tokens_map.json", "tokenizer_config.json");
        Server.Log.Should().NotContain(request => request.Contains("model.safetensors"));
        Server.Requests.Clear();
        (await ResolveAsync()).Should().Be(Snapshot);
        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Whoever_wants_the_model_afterwards_gets_its_weights_in_the_same_snapshot()
    {
        Options.TokenizerOnly = true;
        await ResolveAsync();
        Options.TokenizerOnly = false;

        (await ResolveAsync()).Should().Be(Snapshot);

        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Server.Files["model.safetensors"].Content);
        AllFiles.Select(Server.Downloads).Should().AllBeEquivalentTo(1);
    }

    [Fact]
    public async Task Offline_a_tokenizer_without_weights_in_the_cache_is_enough()
    {
        Options.TokenizerOnly = true;
        Options.Offline = true;
        var snapshot = AddToCache(OldCommit, "main", "tokenizer.json", "tokenizer_config.json");

        (await ResolveAsync()).Should().Be(snapshot);

        Warnings.Should().BeEmpty();
        Options.TokenizerOnly = false;
        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage($"*({snapshot} lacks config.json, model.safetensors)*");
    }

    [Fact]
    public async Task Offline_weights_without_a_tokenizer_are_not_enough()
    {
        Options.TokenizerOnly = true;
        Options.Offline = true;
        var snapshot = AddToCache(OldCommit, "main", "config.json", "model.safetensors");

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage($"*({snapshot} lacks tokenizer.json)*");
    }

    [Fact]
    public async Task The_tokenizer_of_a_model_whose_weights_are_not_read_here_is_read()
    {
        Options.TokenizerOnly = true;
        Server.Files.Remove("model.safetensors");
        Server.Files.Remove("config.json");
        Server.Files["pytorch_model.bin"] = ServedFile.Large(10);

        (await ResolveAsync()).Should().Be(Snapshot);
    }

    [Fact]
    public async Task A_model_without_a_tokenizer_is_refused_before_anything_is_downloaded()
    {
        Options.TokenizerOnly = true;
        Server.Files.Remove("tokenizer.json");
        Server.Files["vocab.json"] = ServedFile.Small("{}");

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage("org/name on the Hugging Face hub has no tokenizer.json, nor a tokenizer.model, nor a vocab.json with merges.txt. *");

        failure.Which.Failure.Should().Be(HubFailure.Unsupported);
        Server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_newer_tokenizer_does_not_take_the_name_from_a_model_that_is_complete()
    {
        var older = AddToCache(OldCommit, "main", AllFiles);
        Server.Files["tokenizer.json"] = ServedFile.Small("""{"version": "2.0"}""");
        Options.TokenizerOnly = true;
        Options.CheckForUpdates = true;

        (await ResolveAsync()).Should().Be(Snapshot);

        Options.TokenizerOnly = false;
        Options.Offline = true;
        (await ResolveAsync()).Should().Be(older);
    }
}
