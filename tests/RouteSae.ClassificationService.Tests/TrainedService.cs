
namespace RouteSae.ClassificationService.Tests;

/// <summary>A service that found no model when it was started and trained one: the first start that a user sees.</summary>
public sealed class TrainedService : IAsyncLifetime
{
    private readonly TemporaryFolder _temporary = new();
    private ServiceProcess? _service;

    internal ServiceProcess Service => _service!;

    internal HttpClient Client => Service.Client;

    public string ModelPath => _temporary.File("model", "model.zip");

    /// <summary>A copy of the model for a service of a test's own.</summary>
    public string Copy()
    {
        var copy = _temporary.File($"{Guid.NewGuid():N}.zip");
        File.Copy(ModelPath, copy);
        return copy;
    }

    public async Task InitializeAsync() => _service = await ServiceProcess.StartAsync(ModelPath);

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        _temporary.Dispose();
    }
}
