using FluentAssertions;

namespace RouteSae.ClassificationService.Tests;

[Collection(ServiceTests.Name)]
public sealed class MemoryTests(TrainedService trained)
{
    // Before freed memory was given back, eight reloads added half of what two had left; now they add a fiftieth.
    [SkippableFact]
    public async Task Reloads_leave_nothing_behind()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The memory of a process is compared as Linux counts it.");
        var model = trained.Copy();
        await using var service = await ServiceProcess.StartAsync(model, "--RouteSae:WatchInterval=00:00:00.020");
        var resident = new List<long>();
        for (var reload = 0; reload < 8; reload++)
        {
            await ReloadAsync(service, model);
            await service.Client.ClassifyAsync("Where is my parcel?");
            resident.Add(service.ResidentBytes());
        }

        resident[^1].Should().BeLessThan((long)(1.25 * resident[1]), "resident memory was {0} MB", string.Join(", ", resident.Select(bytes => bytes >> 20)));
    }

    private async Task ReloadAsync(ServiceProcess service, string model)
    {
        var before = await service.LoadedAtAsync();
        File.Copy(trained.ModelPath, model + ".new");
        File.SetLastWriteTimeUtc(model + ".new", File.GetLastWriteTimeUtc(model).AddSeconds(1));
        File.Move(model + ".new", model, overwrite: true);
        await service.UntilHealthAsync(health => !health.Contains(before, StringComparison.Ordinal));
    }
}
