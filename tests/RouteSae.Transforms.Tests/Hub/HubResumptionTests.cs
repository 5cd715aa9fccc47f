using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubResumptionTests : HubTest
{
    private const string Weights = "model.safetensors";

    private ServedFile File => Server.Files[Weights];

    private string Part => $"{Blob(Weights)}.incomplete";

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_was()
    {
        Options.Retries = 1;
        Enqueue(100_000, 50_000, 1, 80_000);

        await ResolveAsync();

        Ranges().Should().Equal(null, "bytes=100000-", "bytes=150000-", "bytes=150001-", "bytes=230001-");
        Downloaded().Should().Equal(File.Content);
        Warnings.Should().HaveCount(4).And.Contain("The download of model.safetensors of org/name broke off after 100000 of 300000 bytes. Trying again in 0.001 s (1 of 1).");
    }

    [Fact]
    public async Task The_rest_is_asked_for_only_of_the_same_content()
    {
        Enqueue(100_000);

        await ResolveAsync();

        Server.Requests.Last().IfRange.Should().Be($"\"{File.ETag}\"");
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_sends_all_of_it_again()
    {
        File.IgnoresRange = true;
        Enqueue(100_000, 200_000);

        await ResolveAsync();

        Downloaded().Should().Equal(File.Content);
        Progress.Last().Bytes.Should().Be(300_000);
    }

    [Fact]
    public async Task The_same_bytes_again_and_again_are_no_progress()
    {
        Options.Retries = 2;
        File.IgnoresRange = true;
        Enqueue(100_000, 100_000, 100_000, 100_000, 100_000);

        var failure = await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>();

        failure.Which.Failure.Should().Be(HubFailure.Unreachable);
        Server.Downloads(Weights).Should().Be(3);
    }

    [Fact]
    public async Task A_download_that_was_given_up_leaves_a_part_that_the_next_one_goes_on_from()
    {
        Options.Retries = 0;
        Enqueue(120_000);
        await FluentActions.Awaiting(() => ResolveAsync()).Should().ThrowAsync<HubException>().WithMessage("*broke off after 120000 of 300000 bytes.");
        System.IO.File.ReadAllBytes(Part).Should().Equal(File.Content[..120_000]);
        System.IO.File.Exists(Path.Combine(ModelCache, "refs", "main")).Should().BeFalse("the snapshot is not complete");
        Server.Requests.Clear();

        await ResolveAsync();

        Ranges().Should().Equal("bytes=120000-");
        Downloaded().Should().Equal(File.Content);
        System.IO.File.Exists(Part).Should().BeFalse();
        Server.Downloads("config.json").Should().Be(0);
    }

    [Fact]
    public async Task A_complete_part_is_only_verified()
    {
        await StartWithAsync(File.Content);

        Server.Downloads(Weights).Should().Be(0);
        Downloaded().Should().Equal(File.Content);
    }

    [Theory]
    [InlineData(120_000)]
    [InlineData(300_000)]
    public async Task A_part_of_something_else_is_noticed_by_its_hash_and_downloaded_anew(int bytes)
    {
        await StartWithAsync(new byte[bytes]);

        Downloaded().Should().Equal(File.Content);
        Warnings.Should().ContainSingle().Which.Should().Contain("SHA-256").And.EndWith("Downloading it from its beginning.");
        Ranges().Last().Should().BeNull();
    }

    [Fact]
    public async Task A_part_that_is_too_long_is_thrown_away()
    {
        await StartWithAsync(new byte[300_001]);

        Ranges().Should().Equal((string?)null);
        Downloaded().Should().Equal(File.Content);
    }

    [Fact]
    public async Task Cancelling_leaves_a_part_that_the_next_download_goes_on_from()
    {
        using var cancellationToken = new CancellationTokenSource();
        File.Pause = Task.Delay(Timeout.Infinite, cancellationToken.Token);
        Enqueue(120_000);
        var download = ResolveAsync(cancellationToken: cancellationToken.Token);
        await UntilAsync(() => new FileInfo(Part) is { Exists: true, Length: 120_000 });

        await cancellationToken.CancelAsync();

        await FluentActions.Awaiting(() => download).Should().ThrowAsync<OperationCanceledException>();
        System.IO.File.ReadAllBytes(Part).Should().Equal(File.Content[..120_000]);
        await ResolveAsync();
        Ranges().Should().Equal(null, "bytes=120000-");
        Downloaded().Should().Equal(File.Content);
    }

    [Fact]
    public async Task A_server_that_falls_silent_counts_as_broken_off()
    {
        using var end = new CancellationTokenSource();
        File.Pause = Task.Delay(Timeout.Infinite, end.Token);
        Enqueue(120_000);
        var download = ResolveAsync();
        await UntilAsync(() => new FileInfo(Part) is { Exists: true, Length: 120_000 } && Clock.RunningTimeouts == 1);

        Clock.PassTimeouts();
        await download;

        Warnings.Should().ContainSingle().Which.Should().Contain("broke off after 120000 of 300000 bytes.");
        Ranges().Should().Equal(null, "bytes=120000-");
        Downloaded().Should().Equal(File.Content);
        await end.CancelAsync();
    }

    private async Task StartWithAsync(byte[] part)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Part)!);
        await System.IO.File.WriteAllBytesAsync(Part, part);
        await ResolveAsync();
    }

    private void Enqueue(params int[] breaks)
    {
        foreach (var bytes in breaks)
        {
            File.Breaks.Enqueue(bytes);
        }
    }

    private byte[] Downloaded() => System.IO.File.ReadAllBytes(Path.Combine(Snapshot, Weights));

    private IEnumerable<string?> Ranges() =>
        Server.Requests.Where(request => request.Method == "GET" && request.Target.EndsWith(Weights, StringComparison.Ordinal)).Select(request => request.Range);
}
