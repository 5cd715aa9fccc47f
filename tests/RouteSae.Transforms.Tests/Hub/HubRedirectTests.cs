using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubRedirectTests : HubTest
{
    [Fact]
    public async Task Large_files_come_from_the_CDN_which_does_not_get_the_token()
    {
        await using var cdn = await LoopbackHub.StartAsync();
        Server.Cdn = cdn;
        Options.Token = "hf_secret";

        await ResolveAsync();

        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Server.Files["model.safetensors"].Content);
        Server.Requests.Should().OnlyContain(request => request.Authorization == "Bearer hf_secret");
        cdn.Requests.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Method = "GET", Target = "/cdn/model.safetensors", Authorization = (string?)null });
    }

    [Fact]
    public async Task Large_files_are_resumed_from_the_CDN()
    {
        await using var cdn = await LoopbackHub.StartAsync();
        Server.Cdn = cdn;
        Server.Files["model.safetensors"].Breaks.Enqueue(100_000);

        await ResolveAsync();

        cdn.Requests.Select(request => request.Range).Should().Equal(null, "bytes=100000-");
        Server.Downloads("model.safetensors").Should().Be(2, "the address on the CDN is good for a short time only");
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Server.Files["model.safetensors"].Content);
    }

    [Fact]
    public async Task A_CDN_whose_address_has_expired_is_asked_for_a_new_one()
    {
        await using var cdn = await LoopbackHub.StartAsync();
        Server.Cdn = cdn;
        cdn.Before = context => cdn.Requests.Count == 1 ? LoopbackHub.RefuseAsync(context, 403) : Task.FromResult(false);

        await ResolveAsync();

        Warnings.Should().ContainSingle().Which.Should().StartWith($"{cdn.Endpoint.Authority}, to which the hub redirects, answered with 403. Trying again");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task The_wait_that_a_CDN_asks_for_is_kept(int status)
    {
        await using var cdn = await BusyCdnAsync(status, seconds: 17);

        await ResolveAsync();

        Clock.Waits.Should().Equal(TimeSpan.FromSeconds(17));
        Warnings.Should().ContainSingle().Which.Should()
            .Be($"{cdn.Endpoint.Authority}, to which the hub redirects, answered with {status} and wants a pause of 17 s. Trying again in 17 s (1 of 5).");
    }

    [Fact]
    public async Task A_wait_that_is_too_long_for_a_CDN_is_an_error_at_once()
    {
        await using var cdn = await BusyCdnAsync(429, seconds: 301);

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage("* answered with 429 and wants a pause of 301 s, more than the 300 s that are waited for. Try again later.");

        failure.Which.Failure.Should().Be(HubFailure.RateLimited);
        cdn.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_renamed_model_is_followed_with_the_token()
    {
        Options.Token = "hf_secret";
        Server.Before = context =>
        {
            if (!context.Request.Path.StartsWithSegments("/org/name"))
            {
                return Task.FromResult(false);
            }

            context.Response.Headers.Location = context.Request.Path.Value!.Replace("/org/name/", "/neworg/newname/");
            return LoopbackHub.RefuseAsync(context, 307);
        };

        (await ResolveAsync()).Should().Be(Snapshot);

        Server.Requests.Should().OnlyContain(request => request.Authorization == "Bearer hf_secret");
        Server.Log.Should().Contain($"HEAD /neworg/newname/resolve/{LoopbackHub.Commit}/config.json");
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        Server.Before = context =>
        {
            context.Response.Headers.Location = context.Request.Path.Value;
            return LoopbackHub.RefuseAsync(context, 307);
        };

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage("* redirects more than 10 times.*");
    }

    [Fact]
    public async Task A_redirect_to_a_file_is_refused()
    {
        Server.Before = context =>
        {
            context.Response.Headers.Location = "file:///etc/hostname";
            return LoopbackHub.RefuseAsync(context, 302);
        };

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage("* redirects to file:///etc/hostname, which is no web address.*");
    }

    [Fact]
    public async Task Without_a_token_none_is_sent()
    {
        await ResolveAsync();

        Server.Requests.Should().OnlyContain(request => request.Authorization == null);
    }

    /// <summary>A CDN that refuses the first request.</summary>
    private async Task<LoopbackHub> BusyCdnAsync(int status, int seconds)
    {
        var cdn = await LoopbackHub.StartAsync();
        Server.Cdn = cdn;
        cdn.Before = context =>
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
            return cdn.Requests.Count == 1 ? LoopbackHub.RefuseAsync(context, status) : Task.FromResult(false);
        };
        return cdn;
    }
}
