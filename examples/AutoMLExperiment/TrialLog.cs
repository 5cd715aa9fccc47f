using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;
using RouteSae.Features;
using RouteSae.MLNet;

namespace AutoMLExample;

/// <summary>Writes a line for each trial.</summary>
internal sealed class TrialLog(SweepablePipeline pipeline) : IMonitor
{
    /// <summary>Key of a pipeline's parameters among those of a trial.</summary>
    private const string PipelineKey = "_pipeline_";

    public void ReportRunningTrial(TrialSettings settings) => Console.Write($"Trial {settings.TrialId,3}  ");

    public void ReportCompletedTrial(TrialResult result) =>
        Console.WriteLine($"{result.Metric:F3}  {result.DurationInMilliseconds / 1000,6:F1} s  {Describe(result.TrialSettings)}");

    public void ReportBestTrial(TrialResult result) => Console.WriteLine("           the best so far");

    public void ReportFailTrial(TrialSettings settings, Exception? exception = null) =>
        Console.WriteLine($"failed: {exception?.Message}  {Describe(settings)}");

    /// <summary>The trainer and the options of the RouteSae column.</summary>
    public string Describe(TrialSettings settings)
    {
        var steps = settings.Parameter[PipelineKey];
        var trainer = pipeline.ToString(settings.Parameter).Split("=>").Single(step => step.EndsWith("Multi", StringComparison.Ordinal));
        return $"{trainer}  {string.Join("  ", steps.Keys.Select(key => Options(steps[key])).OfType<RouteSaeOptions>().Select(Describe))}";
    }

    private static string Describe(RouteSaeOptions options) =>
        $"Pooling={options.Pooling} Weighting={options.Weighting} TopFeatures={options.TopFeatures} MinimumActivation={options.MinimumActivation:F2}";

    /// <summary>A step's options, where they are the RouteSae column's.</summary>
    private static RouteSaeOptions? Options(Parameter step) =>
        step.ParameterType == ParameterType.Object && step.ContainsKey(nameof(RouteSaeOptions.Pooling)) ? step.AsType<RouteSaeOptions>() : null;
}
