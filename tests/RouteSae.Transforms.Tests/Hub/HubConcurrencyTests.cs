using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubConcurrencyTests : HubTest
{
    [Fact]
    public async Task Several_who_want_the_same_model_download_it_once()
    {
        Server.Files["model.safetensors"].Breaks.Enqueue(100_000);

        var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ResolveAsync())));

        folders.Should().OnlyContain(folder => folder == Snapshot);
        Server.Downloads("config.json").Should().Be(1);
        Server.Downloads("model.safetensors").Should().Be(2, "it broke off once");
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Server.Files["model.safetensors"].Content);
    }

    [Fact]
    public async Task Without_links_several_download_a_model_once_too()
    {
        var settings = HubSettings.From(Options, new HubEnvironment(name => name == "HF_HUB_DISABLE_SYMLINKS" ? "1" : null, Temporary.Path));
        var model = HubModelId.TryParse("org/name")!;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ModelHub.FetchAsync(model, settings, Progress, CancellationToken.None))));

        AllFiles.Select(Server.Downloads).Should().AllBeEquivalentTo(1);
    }

    [Fact]
    public async Task Whoever_waits_for_another_is_told_and_can_stop_waiting()
    {
        var locks = Path.Combine(Cache, ".locks", "models--org--name");
        Directory.CreateDirectory(locks);
        using var held = new FileStream(Path.Combine(locks, $"{Server.Files["config.json"].ETag}.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using var cancellationToken = new CancellationTokenSource();
        var waiting = ResolveAsync(cancellationToken: cancellationToken.Token);
        await UntilAsync(() => !Warnings.IsEmpty);

        await cancellationToken.CancelAsync();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        Warnings.Should().Equal("Another process downloads config.json of org/name; waiting for it.");
        Server.Downloads("config.json").Should().Be(0);
    }
}
