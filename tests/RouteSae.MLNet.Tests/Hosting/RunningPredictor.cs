using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using RouteSae.MLNet.Hosting;

namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>A real host with a predictor over a copy of a saved model.</summary>
internal sealed class RunningPredictor : IAsyncDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly IHost _host;

    private RunningPredictor(string? zip, Action<RouteSaeHostingOptions> configure)
    {
        if (zip is not null)
        {
            File.Copy(zip, ModelPath);
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _temporary.Path });
        builder.Services.AddRouteSae<Letter, Verdict>(options =>
        {
            options.ModelPath = "model.zip";
            options.WatchModel = false;
            options.WatchInterval = TimeSpan.FromMilliseconds(20);
            configure(options);
        });
        builder.Services.AddHealthChecks().AddRouteSaeCheck<Letter, Verdict>();
        _host = builder.Build();
    }

    public string ModelPath => _temporary.File("model.zip");

    public RouteSaePredictor<Letter, Verdict> Predictor => _host.Services.GetRequiredService<RouteSaePredictor<Letter, Verdict>>();

    /// <summary>Starts the host and waits until it has tried to load the model.</summary>
    public static async Task<RunningPredictor> StartAsync(string? zip, Action<RouteSaeHostingOptions>? configure = null)
    {
        var running = new RunningPredictor(zip, configure ?? (_ => { }));
        await running._host.StartAsync();
        await running.UntilAsync(status => status.State != ServingState.Loading);
        return running;
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public Task<HealthReport> HealthAsync() => _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    /// <summary>Puts another file in the model's place, as a careful deployment does: a new file, then a rename.</summary>
    public void Replace(string zip)
    {
        File.Copy(zip, ModelPath + ".new");
        File.Move(ModelPath + ".new", ModelPath, overwrite: true);
    }

    public async Task UntilAsync(Func<ServingStatus, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!condition(Predictor.Status))
        {
            await Task.Delay(10, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _temporary.Dispose();
    }
}
