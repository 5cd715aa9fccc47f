using FluentAssertions;
using Microsoft.AspNetCore.Http;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubAnswersTests : HubTest
{
    [Theory]
    [InlineData(404, "RepoNotFound", HubFailure.RepositoryNotFound, "There is no model 'org/name' on *, and no folder of this name; or the model is private. Check the name. Set HF_TOKEN to *")]
    [InlineData(401, "RepoNotFound", HubFailure.RepositoryNotFound, "There is no model 'org/name' on *")]
    [InlineData(404, null, HubFailure.RepositoryNotFound, "There is no model 'org/name' on *")]
    [InlineData(404, "RevisionNotFound", HubFailure.RevisionNotFound, "org/name on * has no revision 'v1'. Choose *")]
    [InlineData(401, null, HubFailure.AccessDenied, "* gives org/name to known users only (401): it is gated, private or not there. * accept, do so at http*/org/name. Set HF_TOKEN to *")]
    [InlineData(403, null, HubFailure.AccessDenied, "* refuses access to org/name (403). * accept, do so at http*/org/name. Set HF_TOKEN to *")]
    [InlineData(418, null, HubFailure.UnexpectedAnswer, "* answered with 418. Check that HF_ENDPOINT *")]
    public async Task A_refusal_says_what_to_do(int status, string? code, HubFailure kind, string message)
    {
        Server.Before = context => LoopbackHub.RefuseAsync(context, status, code);

        var failure = await FluentActions.Awaiting(() => ResolveAsync("org/name@v1")).Should().ThrowAsync<HubException>().WithMessage(message);

        failure.Which.Failure.Should().Be(kind);
        Server.Requests.Should().ContainSingle("asking again does not help");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task The_files_of_a_gated_model_want_its_licence_accepted(int status)
    {
        Server.Before = context => context.Request.Method == "HEAD" ? LoopbackHub.RefuseAsync(context, status, "GatedRepo") : Task.FromResult(false);

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage("org/name is gated. If it has a licence to accept, do so at http://127.0.0.1:*/org/name. Set HF_TOKEN to a token of an account that may read it (*");

        failure.Which.Failure.Should().Be(HubFailure.AccessDenied);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_named()
    {
        Server.Before = context => context.Request.Method == "HEAD" ? LoopbackHub.RefuseAsync(context, 404, "EntryNotFound") : Task.FromResult(false);

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage("org/name on * has no file config.json.");

        failure.Which.Failure.Should().Be(HubFailure.FileNotFound);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_not_shown()
    {
        Options.Token = "hf_secret";
        Server.Before = context => LoopbackHub.RefuseAsync(context, 401);

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage("* does not accept the token (401).*");

        failure.Which.ToString().Should().NotContain("hf_secret");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task Failures_that_pass_are_waited_for(int status)
    {
        var failed = new Dictionary<string, int>();
        Server.Before = async context =>
        {
            var key = $"{context.Request.Method} {context.Request.Path}";
            failed[key] = failed.GetValueOrDefault(key) + 1;
            return failed[key] <= 2 && await LoopbackHub.RefuseAsync(context, status);
        };

        (await ResolveAsync()).Should().Be(Snapshot);

        Warnings.Should().HaveCount(2 * failed.Count);
    }

    [Fact]
    public async Task Failures_that_do_not_pass_end_after_the_retries()
    {
        Options.Retries = 3;
        Server.Before = context => LoopbackHub.RefuseAsync(context, 502);

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage("* answered with 502.");

        failure.Which.Failure.Should().Be(HubFailure.Unreachable);
        Server.Requests.Should().HaveCount(4);
        Clock.Waits.Select(wait => wait.TotalMilliseconds).Should().Equal(1, 2, 4);
        Warnings.Select(warning => warning[warning.IndexOf("Trying", StringComparison.Ordinal)..]).Should().Equal(
            "Trying again in 0.001 s (1 of 3).", "Trying again in 0.002 s (2 of 3).", "Trying again in 0.004 s (3 of 3).");
    }

    [Theory]
    [InlineData("Retry-After", "17")]
    [InlineData("Retry-After", "Fri, 02 Jan 2026 03:04:22 GMT")]
    [InlineData("RateLimit", "\"api\";r=0;t=17")]
    public async Task The_wait_that_the_server_asks_for_is_kept(string header, string value)
    {
        Once(429, header, value);

        await ResolveAsync();

        Clock.Waits.Should().Equal(TimeSpan.FromSeconds(17));
        Warnings.Should().ContainSingle().Which.Should().Contain("has had too many requests (429) and wants a pause of 17 s; with a token in HF_TOKEN it allows more. Trying again in 17 s");
    }

    [Fact]
    public async Task A_date_that_has_passed_is_no_wait()
    {
        Once(429, "Retry-After", HubClock.Now.AddMinutes(-1).ToString("R"));

        await ResolveAsync();

        Clock.Waits.Should().BeEmpty();
        Warnings.Should().ContainSingle().Which.Should().Contain("Trying again in 0 s");
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(301)]
    public async Task A_wait_that_is_too_long_is_an_error_at_once(int seconds)
    {
        Once(429, "Retry-After", $"{seconds}");

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage($"* has had too many requests (429) and wants a pause of {seconds} s, more than the 300 s that are waited for. Try again later*");

        failure.Which.Failure.Should().Be(HubFailure.RateLimited);
        Server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task Something_else_than_a_hub_is_named_as_such()
    {
        Server.Before = async context =>
        {
            await context.Response.WriteAsync("<html>Sign in to the network</html>");
            return true;
        };

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage("*/api/models/org/name/revision/main answered with something else than a model's description. Check that HF_ENDPOINT *");
    }

    private void Once(int status, string header, string value)
    {
        var first = true;
        Server.Before = async context =>
        {
            if (!first)
            {
                return false;
            }

            first = false;
            context.Response.Headers[header] = value;
            return await LoopbackHub.RefuseAsync(context, status);
        };
    }
}
