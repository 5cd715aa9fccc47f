using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubDownloadTests : HubTest
{
    [Fact]
    public async Task A_model_is_laid_out_as_the_Python_library_does()
    {
        (await ResolveAsync()).Should().Be(Snapshot);

        File.ReadAllText(Path.Combine(ModelCache, "refs", "main")).Should().Be(LoopbackHub.Commit);
        foreach (var (name, file) in Server.Files)
        {
            File.ReadAllBytes(Path.Combine(Snapshot, name)).Should().Equal(file.Content);
            new FileInfo(Path.Combine(Snapshot, name)).LinkTarget.Should().Be(Path.Combine("..", "..", "blobs", file.ETag));
        }

        Directory.GetFiles(Path.Combine(ModelCache, "blobs")).Should().BeEquivalentTo(AllFiles.Select(Blob));
        Directory.GetFiles(Path.Combine(Cache, ".locks", "models--org--name")).Should().HaveCount(Server.Files.Count);
        Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_model_in_the_cache_is_used_without_a_request()
    {
        await ResolveAsync();
        Server.Requests.Clear();

        (await ResolveAsync()).Should().Be(Snapshot);

        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Only_what_is_needed_is_downloaded()
    {
        Server.Files["pytorch_model.bin"] = ServedFile.Large(10);
        Server.Files["README.md"] = ServedFile.Small("#");
        Server.Files["model-00001-of-00001.safetensors"] = ServedFile.Large(10);
        Server.Files["../outside.json"] = ServedFile.Small("{}");
        Server.Files["vocab.json"] = ServedFile.Small("{}");

        await ResolveAsync();

        Directory.GetFiles(Snapshot).Select(Path.GetFileName).Should()
            .BeEquivalentTo("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.json", "model.safetensors");
    }

    [Fact]
    public async Task The_shards_of_an_index_are_downloaded()
    {
        Server.Files.Remove("model.safetensors");
        Server.Files["model.safetensors.index.json"] = ServedFile.Small("""{"weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors", "c": "x-1.safetensors"}}""");
        Server.Files["x-1.safetensors"] = ServedFile.Large(1000, seed: 2);
        Server.Files["x-2.safetensors"] = ServedFile.Large(2000, seed: 3);

        await ResolveAsync();

        File.ReadAllBytes(Path.Combine(Snapshot, "x-1.safetensors")).Should().Equal(Server.Files["x-1.safetensors"].Content);
        File.ReadAllBytes(Path.Combine(Snapshot, "x-2.safetensors")).Should().Equal(Server.Files["x-2.safetensors"].Content);
        Server.Downloads("x-1.safetensors").Should().Be(1);
    }

    [Fact]
    public async Task A_model_of_one_file_and_of_shards_is_downloaded_as_one_file()
    {
        Server.Files["model.safetensors.index.json"] = ServedFile.Small("""{"weight_map": {"a": "x-1.safetensors"}}""");
        Server.Files["x-1.safetensors"] = ServedFile.Large(1000, seed: 2);

        await ResolveAsync();

        File.Exists(Path.Combine(Snapshot, "x-1.safetensors")).Should().BeFalse();
    }

    [Fact]
    public async Task A_revision_with_a_slash_is_escaped_and_remembered()
    {
        (await ResolveAsync("org/name@refs/pr/1")).Should().Be(Snapshot);

        Server.Log.First().Should().Be("GET /api/models/org/name/revision/refs%2Fpr%2F1");
        File.ReadAllText(Path.Combine(ModelCache, "refs", "refs", "pr", "1")).Should().Be(LoopbackHub.Commit);
        File.Exists(Path.Combine(ModelCache, "refs", "main")).Should().BeFalse();
    }

    [Fact]
    public async Task A_commit_needs_no_name_in_the_cache()
    {
        (await ResolveAsync($"org/name@{LoopbackHub.Commit}")).Should().Be(Snapshot);

        Directory.Exists(Path.Combine(ModelCache, "refs")).Should().BeFalse();
    }

    [Fact]
    public async Task A_newer_commit_shares_the_content_that_is_the_same()
    {
        await ResolveAsync();
        Server.CurrentCommit = new string('b', 40);
        Server.Files["config.json"] = ServedFile.Small("""{"model_type": "qwen2"}""");
        Server.Requests.Clear();
        Options.CheckForUpdates = true;

        var newer = await ResolveAsync();

        newer.Should().Be(Path.Combine(ModelCache, "snapshots", Server.CurrentCommit));
        File.ReadAllText(Path.Combine(newer, "config.json")).Should().Contain("qwen2");
        Server.Requests.Where(request => request.Method == "GET").Should().HaveCount(2, "the revision and the configuration are new");
        File.ReadAllText(Path.Combine(ModelCache, "refs", "main")).Should().Be(Server.CurrentCommit);
        File.ReadAllText(Path.Combine(Snapshot, "config.json")).Should().Contain("llama");
    }

    [Fact]
    public async Task Progress_tells_file_bytes_and_size()
    {
        await ResolveAsync();

        Progress.Select(item => item.File).Distinct().Should().BeEquivalentTo(AllFiles);
        Progress.Should().OnlyContain(item => item.TotalBytes == Server.Files[item.File].Content.Length);
        Progress.First().Bytes.Should().Be(0);
        Progress.Last().Should().Be(new HubProgress("model.safetensors", 300_000, 300_000));
    }

    [Fact]
    public async Task The_weights_come_last()
    {
        await ResolveAsync();

        Server.Log.Last().Should().Be($"GET /org/name/resolve/{LoopbackHub.Commit}/model.safetensors");
    }

    [Theory]
    [InlineData("pytorch_model.bin", "*has neither model.safetensors nor model.safetensors.index.json. Its pytorch_model.bin is a Python pickle*convert it to safetensors*")]
    [InlineData("model.gguf", "org/name on the Hugging Face hub has neither model.safetensors nor model.safetensors.index.json.")]
    public async Task A_model_without_safetensors_is_refused_before_anything_is_downloaded(string weights, string message)
    {
        Server.Files.Remove("model.safetensors");
        Server.Files[weights] = ServedFile.Large(10);

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage(message);

        failure.Which.Failure.Should().Be(HubFailure.Unsupported);
        Server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_repository_without_a_configuration_is_refused()
    {
        Server.Files.Remove("config.json");

        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage("org/name on the Hugging Face hub has no config.json*");
    }
}
