using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubOfflineTests : HubTest
{
    private const string OldCommit = "00000000000000000000000000000000000000aa";

    [Fact]
    public async Task Offline_the_cache_is_used_without_a_request_or_a_warning()
    {
        Options.Offline = true;
        Options.CheckForUpdates = true;
        var snapshot = AddToCache(OldCommit, "main", AllFiles);

        (await ResolveAsync()).Should().Be(snapshot);

        Server.Requests.Should().BeEmpty();
        Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task Offline_a_model_without_tokenizer_is_used_with_a_warning()
    {
        Options.Offline = true;
        var snapshot = AddToCache(OldCommit, "main", "config.json", "model.safetensors");

        (await ResolveAsync()).Should().Be(snapshot);

        Warnings.Should().ContainSingle().Which.Should().Be($"Downloading is switched off (HF_HUB_OFFLINE). org/name is used as it lies in the cache: {snapshot}");
    }

    [Fact]
    public async Task Offline_an_unknown_model_is_an_error_without_a_request()
    {
        Options.Offline = true;

        var failure = await FluentActions.Awaiting(() => ResolveAsync("org/name@v1")).Should().ThrowAsync<HubException>()
            .WithMessage($"Downloading is switched off (HF_HUB_OFFLINE), and org/name@v1 is not in the cache {Cache}. Unset HF_HUB_OFFLINE, or *");

        failure.Which.Failure.Should().Be(HubFailure.Offline);
        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Offline_an_incomplete_model_is_an_error_that_says_what_is_missing()
    {
        Options.Offline = true;
        var snapshot = AddToCache(OldCommit, "main", "tokenizer.json");

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage($"*({snapshot} lacks config.json, model.safetensors)*");
    }

    [Theory]
    [InlineData(500, null)]
    [InlineData(429, null)]
    [InlineData(401, null)]
    [InlineData(403, "GatedRepo")]
    [InlineData(404, "RepoNotFound")]
    public async Task When_the_hub_fails_the_cache_is_used_with_a_warning_after_one_request(int status, string? code)
    {
        Options.CheckForUpdates = true;
        var snapshot = AddToCache(OldCommit, "main", AllFiles);
        Server.Before = context => LoopbackHub.RefuseAsync(context, status, code);

        (await ResolveAsync()).Should().Be(snapshot);

        Server.Requests.Should().ContainSingle();
        Warnings.Should().ContainSingle().Which.Should().EndWith($"org/name is used as it lies in the cache: {snapshot}");
    }

    [Fact]
    public async Task When_the_hub_cannot_be_reached_the_cache_is_used_with_a_warning()
    {
        Options.CheckForUpdates = true;
        var snapshot = AddToCache(OldCommit, "main", AllFiles);
        await Server.DisposeAsync();

        (await ResolveAsync()).Should().Be(snapshot);

        Warnings.Should().ContainSingle().Which.Should().Contain("cannot be reached");
    }

    [Fact]
    public async Task When_the_newer_weights_cannot_be_had_the_older_ones_are_used()
    {
        Options.CheckForUpdates = true;
        var snapshot = AddToCache(OldCommit, "main", AllFiles);
        Server.Files["model.safetensors"] = ServedFile.Large(10, seed: 5);
        Server.Before = context => context.Request.Method == "HEAD" ? LoopbackHub.RefuseAsync(context, 403) : Task.FromResult(false);

        (await ResolveAsync()).Should().Be(snapshot);

        File.ReadAllText(Path.Combine(ModelCache, "refs", "main")).Should().Be(OldCommit);
        Warnings.Should().ContainSingle();
    }

    [Fact]
    public async Task A_revision_that_the_hub_does_not_have_any_more_is_an_error()
    {
        Options.CheckForUpdates = true;
        AddToCache(OldCommit, "v1", AllFiles);
        Server.Before = context => LoopbackHub.RefuseAsync(context, 404, "RevisionNotFound");

        await FluentActions.Awaiting(() => ResolveAsync("org/name@v1")).Should().ThrowAsync<HubException>().WithMessage("*has no revision 'v1'*");
    }

    [Fact]
    public async Task Without_hub_and_cache_the_connection_is_the_error()
    {
        Options.Retries = 1;
        var endpoint = Server.Endpoint.Authority;
        await Server.DisposeAsync();

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage($"{endpoint} cannot be reached: *. Check the connection, the proxy (HTTPS_PROXY) and HF_ENDPOINT.");

        failure.Which.Failure.Should().Be(HubFailure.Unreachable);
        Warnings.Should().ContainSingle();
    }

    [Fact]
    public async Task A_hub_that_does_not_answer_is_given_up()
    {
        Options.Retries = 0;
        using var end = new CancellationTokenSource();
        Server.Before = async _ =>
        {
            await Task.WhenAny(Task.Delay(Timeout.Infinite, end.Token));
            return true;
        };

        var download = ResolveAsync();
        await UntilAsync(() => !Server.Requests.IsEmpty);
        Clock.PassTimeouts();

        await FluentActions.Awaiting(() => download).Should().ThrowAsync<HubException>().WithMessage($"{Server.Endpoint.Authority} has sent nothing for 20 s.");
        await end.CancelAsync();
    }
}
