using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubCacheTests : HubTest
{
    private const string OldCommit = "00000000000000000000000000000000000000aa";

    [Theory]
    [InlineData("main", "org/name")]
    [InlineData("v1", "org/name@v1")]
    [InlineData("refs/pr/2", "org/name@refs/pr/2")]
    [InlineData(null, "org/name@" + OldCommit)]
    public async Task What_the_Python_library_has_downloaded_is_used_without_a_request(string? reference, string model)
    {
        var snapshot = AddToCache(OldCommit, reference, AllFiles);

        (await ResolveAsync(model)).Should().Be(snapshot);

        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_name_without_an_owner_is_a_model_too()
    {
        AddToCache(OldCommit, "main", AllFiles);
        Directory.Move(ModelCache, Path.Combine(Cache, "models--gpt2"));

        (await ResolveAsync("gpt2")).Should().Be(Path.Combine(Cache, "models--gpt2", "snapshots", OldCommit));
    }

    [Fact]
    public async Task What_is_missing_of_a_snapshot_is_downloaded()
    {
        AddToCache(LoopbackHub.Commit, "main", "config.json", "tokenizer.json");

        (await ResolveAsync()).Should().Be(Snapshot);

        Server.Downloads("config.json").Should().Be(0);
        Server.Downloads("model.safetensors").Should().Be(1);
        Directory.GetFiles(Snapshot).Should().HaveCount(4);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public async Task A_link_whose_blob_is_gone_counts_as_missing(string file)
    {
        AddToCache(LoopbackHub.Commit, "main", AllFiles);
        File.Delete(Blob(file));

        await ResolveAsync();

        File.ReadAllBytes(Path.Combine(Snapshot, file)).Should().Equal(Server.Files[file].Content);
        Server.Log.Count(request => request.StartsWith("HEAD", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task A_missing_shard_is_downloaded()
    {
        Server.Files.Remove("model.safetensors");
        Server.Files["model.safetensors.index.json"] = ServedFile.Small("""{"weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors"} }""");
        Server.Files["x-1.safetensors"] = ServedFile.Large(1000, seed: 2);
        Server.Files["x-2.safetensors"] = ServedFile.Large(2000, seed: 3);
        AddToCache(LoopbackHub.Commit, "main", [.. AllFiles.Where(file => file != "x-2.safetensors")]);

        await ResolveAsync();

        Server.Log.Where(request => request.StartsWith("HEAD", StringComparison.Ordinal)).Should().Equal($"HEAD /org/name/resolve/{LoopbackHub.Commit}/x-2.safetensors");
    }

    [Fact]
    public async Task Content_that_is_in_the_cache_is_linked_and_not_downloaded()
    {
        AddToCache(OldCommit, "main", AllFiles);
        Options.CheckForUpdates = true;

        (await ResolveAsync()).Should().Be(Snapshot);

        Server.Log.Where(request => request.StartsWith("GET /org", StringComparison.Ordinal)).Should().BeEmpty();
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Server.Files["model.safetensors"].Content);
    }

    [Fact]
    public async Task Content_of_the_wrong_size_is_replaced()
    {
        AddToCache(OldCommit, "main", AllFiles);
        File.WriteAllText(Blob("model.safetensors"), "cut");
        Options.CheckForUpdates = true;

        await ResolveAsync();

        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Server.Files["model.safetensors"].Content);
    }

    [Fact]
    public async Task Where_links_are_switched_off_or_not_possible_files_are_moved_or_copied()
    {
        var settings = HubSettings.From(Options, new HubEnvironment(name => name == "HF_HUB_DISABLE_SYMLINKS" ? "1" : null, Temporary.Path));
        var model = HubModelId.TryParse("org/name")!;
        Directory.CreateDirectory(Path.Combine(ModelCache, "blobs"));
        File.WriteAllBytes(Blob("config.json"), Server.Files["config.json"].Content);

        (await ModelHub.FetchAsync(model, settings, progress: null, CancellationToken.None)).Should().Be(Snapshot);

        Directory.GetFiles(Snapshot).Should().OnlyContain(path => new FileInfo(path).LinkTarget == null);
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Server.Files["model.safetensors"].Content);
        File.Exists(Blob("model.safetensors")).Should().BeFalse("it was moved, not copied");
        File.Exists(Blob("config.json")).Should().BeTrue("another snapshot may need it");
        Server.Requests.Clear();
        (await ResolveAsync()).Should().Be(Snapshot);
        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_an_error_that_names_it()
    {
        File.WriteAllText(Cache, "a file");

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage($"The cache {Cache} cannot be used: *. Make room, or set HF_HUB_CACHE (or HubOptions.CacheFolder) to a folder that can be written.");

        failure.Which.Failure.Should().Be(HubFailure.Storage);
    }

    [Fact]
    public async Task A_disk_that_is_too_small_is_noticed_before_the_download()
    {
        Server.Files["model.safetensors"].AnnouncedSize = 1L << 60;

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>()
            .WithMessage($"model.safetensors of org/name needs {1L << 60} more bytes, but * are free at {Path.Combine(ModelCache, "blobs")}. Make room*");

        failure.Which.Failure.Should().Be(HubFailure.Storage);
        Server.Downloads("model.safetensors").Should().Be(0);
    }
}
