using FluentAssertions;
using RouteSae.Hub;
using RouteSae.Tensors;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubVerificationTests : HubTest
{
    [Theory]
    [InlineData("model.safetensors", 64, "SHA-256")]
    [InlineData("config.json", 40, "git SHA-1")]
    public async Task A_wrong_hash_is_an_error_that_names_both_and_leaves_nothing(string file, int digits, string hash)
    {
        var right = Server.Files[file].ETag;
        var wrong = new string('a', digits);
        Server.Files[file].ETag = wrong;

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage($"{file} of org/name was downloaded and has {hash} {right} instead of {wrong}; it was deleted. *");

        failure.Which.Failure.Should().Be(HubFailure.Damaged);
        Server.Downloads(file).Should().Be(1);
        Directory.GetFiles(Path.Combine(ModelCache, "blobs")).Should().NotContain(path => path.Contains(wrong));
        File.Exists(Path.Combine(Snapshot, file)).Should().BeFalse();
    }

    [Theory]
    [InlineData(299_999)]
    [InlineData(300_001)]
    public async Task Another_size_than_announced_is_an_error(int announced)
    {
        Server.Files["model.safetensors"].AnnouncedSize = announced;

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage($"model.safetensors of org/name was announced with {announced} bytes and has 300000 bytes; it was deleted. *");

        File.Exists($"{Blob("model.safetensors")}.incomplete").Should().BeFalse();
    }

    [Theory]
    [InlineData(299_999, "*was announced with 299999 bytes and has more; *")]
    [InlineData(300_001, "*broke off after 300000 of 300001 bytes.")]
    public async Task Another_size_is_noticed_when_the_answer_does_not_tell_its_length(int announced, string message)
    {
        Options.Retries = 1;
        var file = Server.Files["model.safetensors"];
        file.AnnouncedSize = announced;
        Server.Before = async context =>
        {
            if (context.Request.Method != "GET" || !context.Request.Path.Value!.EndsWith("model.safetensors", StringComparison.Ordinal))
            {
                return false;
            }

            await context.Response.Body.WriteAsync(file.Content);
            return true;
        };

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage(message);
    }

    [Fact]
    public async Task Another_ETag_names_the_content_without_promising_a_hash()
    {
        Server.Files["config.json"].ETag = "anything-else";

        await ResolveAsync();

        File.Exists(Path.Combine(ModelCache, "blobs", "anything-else")).Should().BeTrue();
    }

    [Theory]
    [InlineData("../../../../outside")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task An_ETag_that_is_no_name_is_refused(string etag)
    {
        Server.Files["config.json"].ETag = etag;

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage("http://127.0.0.1:*/config.json describes config.json without an ETag that can name a file. Check *");
    }

    [Theory]
    [InlineData("../x.safetensors")]
    [InlineData("/x.safetensors")]
    [InlineData("..\\\\x.safetensors")]
    [InlineData("C:x.safetensors")]
    public async Task An_index_that_points_outside_is_refused(string shard)
    {
        Server.Files.Remove("model.safetensors");
        Server.Files["model.safetensors.index.json"] = ServedFile.Small($$"""{"weight_map": {"a": "{{shard}}"} }""");
        Server.Files[shard] = ServedFile.Large(10);

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<SafetensorsFormatException>()
            .WithMessage("*tensor 'a' is not in a file of the same folder*");
    }

    [Theory]
    [InlineData("pytorch_model.bin", "*names 'pytorch_model.bin', which is no safetensors file.*")]
    [InlineData("lost.safetensors", "*names lost.safetensors, which is not there.*")]
    public async Task An_index_that_names_other_files_is_refused(string shard, string message)
    {
        Server.Files.Remove("model.safetensors");
        Server.Files["model.safetensors.index.json"] = ServedFile.Small($$"""{"weight_map": {"a": "{{shard}}"} }""");

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage(message);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("")]
    public async Task A_commit_that_is_no_name_is_refused(string commit)
    {
        Server.CurrentCommit = commit;

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage($"*answered with the commit '{commit}'.*");

        Directory.Exists(ModelCache).Should().BeFalse();
    }

    [Fact]
    public async Task Files_of_another_commit_are_refused()
    {
        Server.Before = context =>
        {
            Server.CurrentCommit = context.Request.Method == "HEAD" ? new string('c', 40) : LoopbackHub.Commit;
            return Task.FromResult(false);
        };

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage($"*with commit {new string('c', 40)} instead of {LoopbackHub.Commit}.*");
    }
}
