using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class ModelHubTests : HubTest
{
    [Fact]
    public async Task A_folder_is_taken_as_it_is()
    {
        (await ResolveAsync(Temporary.Path)).Should().Be(Temporary.Path);
        (await ResolveAsync(".")).Should().Be(Directory.GetCurrentDirectory());

        Server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("./org/name")]
    [InlineData("../name")]
    [InlineData("/org/name")]
    [InlineData("~/name")]
    [InlineData("C:\\models\\name")]
    [InlineData("org\\name")]
    [InlineData("a/b/c")]
    [InlineData("org/")]
    [InlineData("org/name@")]
    [InlineData("org/name@../x")]
    [InlineData("org/name@a//b")]
    [InlineData("org/name@/a")]
    [InlineData("org/name@a b")]
    [InlineData("org/na--me")]
    [InlineData("org/na..me")]
    [InlineData("org/.name")]
    [InlineData("org/name-")]
    [InlineData("org/name.git")]
    [InlineData("org/näme")]
    [InlineData("org/name\n")]
    public async Task What_cannot_be_a_model_of_the_hub_is_a_folder_that_does_not_exist(string model)
    {
        await FluentActions.Awaiting(() => ResolveAsync(model)).Should().ThrowAsync<DirectoryNotFoundException>()
            .WithMessage($"'{model}' is not a folder, and cannot be a model on the Hugging Face hub (owner/name or owner/name@revision). Check the path.");

        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_is_no_folder()
    {
        await FluentActions.Awaiting(() => ResolveAsync(typeof(ModelHubTests).Assembly.Location)).Should().ThrowAsync<DirectoryNotFoundException>();
    }

    [Theory]
    [InlineData("org/name", "org/name", "main")]
    [InlineData("gpt2", "gpt2", "main")]
    [InlineData("Qwen/Qwen2.5-0.5B@v1.0_x", "Qwen/Qwen2.5-0.5B", "v1.0_x")]
    [InlineData("01-ai/Yi-6B@refs/pr/1", "01-ai/Yi-6B", "refs/pr/1")]
    [InlineData("gpt2@a@b", "gpt2", "a@b")]
    public void Names_and_revisions_are_told_apart(string text, string repository, string revision) =>
        HubModelId.TryParse(text).Should().Be(new HubModelId(repository, revision));

    [Fact]
    public async Task All_that_is_wrong_with_the_options_is_said_at_once()
    {
        var options = new HubOptions
        {
            CacheFolder = " ", Endpoint = new Uri("ftp://hub"), Timeout = TimeSpan.Zero, Retries = -1, RetryDelay = -TimeSpan.FromSeconds(1), LongestRetryAfter = TimeSpan.FromDays(2),
        };

        (await FluentActions.Awaiting(() => ModelHub.ResolveAsync("org/name", options)).Should().ThrowAsync<ArgumentException>()).Which.Message
            .Split(Environment.NewLine).Should().HaveCount(7).And.Contain("- Endpoint is 'ftp://hub/'. It must be an address that begins with https:// or http://.");
    }

    [Theory]
    [InlineData("hf_a\u00e4")]
    [InlineData("hf a")]
    public async Task A_token_that_cannot_be_one_is_an_error_that_does_not_show_it(string token)
    {
        Options.Token = token;

        (await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<ArgumentException>()).Which.Message.Should().NotContain(token);
    }
}
