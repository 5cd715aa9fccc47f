using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RouteSae.MLNet.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers predictors over saved models with a RouteSae column.</summary>
public static class RouteSaeServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="RouteSaePredictor{TInput, TOutput}"/> with settings from a section of the configuration. The host checks them
    /// when it starts, loads the model in the background, and answers what waits before it stops.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, such as <c>configuration.GetSection("RouteSae")</c>. A name in it that is no setting is an error.</param>
    /// <typeparam name="TInput">A row as the model reads it.</typeparam>
    /// <typeparam name="TOutput">A row as the model writes it.</typeparam>
    public static IServiceCollection AddRouteSae<TInput, TOutput>(this IServiceCollection services, IConfiguration section)
        where TInput : class, new()
        where TOutput : class, new()
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add<TInput, TOutput>(services, options => options.Bind(section, binder => binder.ErrorOnUnknownConfiguration = true));
    }

    /// <summary>As <see cref="AddRouteSae{TInput, TOutput}(IServiceCollection, IConfiguration)"/>, with settings from code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the settings.</param>
    /// <typeparam name="TInput">A row as the model reads it.</typeparam>
    /// <typeparam name="TOutput">A row as the model writes it.</typeparam>
    public static IServiceCollection AddRouteSae<TInput, TOutput>(this IServiceCollection services, Action<RouteSaeHostingOptions> configure)
        where TInput : class, new()
        where TOutput : class, new()
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add<TInput, TOutput>(services, options => options.Configure(configure));
    }

    /// <summary>Adds the health of a predictor: healthy, degraded when a newer model could not be loaded, unhealthy while there is none.</summary>
    /// <param name="builder">What <c>services.AddHealthChecks()</c> gives.</param>
    /// <param name="name">The name of the check.</param>
    /// <typeparam name="TInput">The predictor's input type.</typeparam>
    /// <typeparam name="TOutput">The predictor's output type.</typeparam>
    public static IHealthChecksBuilder AddRouteSaeCheck<TInput, TOutput>(this IHealthChecksBuilder builder, string name = "routesae")
        where TInput : class, new()
        where TOutput : class, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new(name, Check<TInput, TOutput>, failureStatus: null, tags: null));
    }

    private static PredictorHealthCheck<TInput, TOutput> Check<TInput, TOutput>(IServiceProvider services)
        where TInput : class, new()
        where TOutput : class, new() => new(services.GetRequiredService<RouteSaePredictor<TInput, TOutput>>());

    private static IServiceCollection Add<TInput, TOutput>(IServiceCollection services, Action<OptionsBuilder<RouteSaeHostingOptions>> configure)
        where TInput : class, new()
        where TOutput : class, new()
    {
        ArgumentNullException.ThrowIfNull(services);
        var name = typeof(RouteSaePredictor<TInput, TOutput>).ToString();
        configure(services.AddOptions<RouteSaeHostingOptions>(name).ValidateOnStart());
        services.AddSingleton<IValidateOptions<RouteSaeHostingOptions>>(new HostingOptionsCheck(name));
        services.TryAddSingleton(provider => Create<TInput, TOutput>(provider, name));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PredictorHostedService<TInput, TOutput>>());
        return services;
    }

    private static RouteSaePredictor<TInput, TOutput> Create<TInput, TOutput>(IServiceProvider provider, string name)
        where TInput : class, new()
        where TOutput : class, new()
    {
        var options = provider.GetRequiredService<IOptionsMonitor<RouteSaeHostingOptions>>().Get(name);
        var root = provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();
        options.ModelPath = Path.GetFullPath(options.ModelPath, Path.GetFullPath(root));
        var logger = provider.GetService<ILoggerFactory>()?.CreateLogger("RouteSae.MLNet.Hosting") ?? NullLogger.Instance;
        return new RouteSaePredictor<TInput, TOutput>(options, provider.GetService<IMeterFactory>(), logger);
    }
}
