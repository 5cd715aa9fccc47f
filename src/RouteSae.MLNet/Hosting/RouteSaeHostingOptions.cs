namespace RouteSae.MLNet.Hosting;

/// <summary>Settings of a <see cref="RouteSaePredictor{TInput, TOutput}"/>, usually bound to a section of the configuration.</summary>
public sealed class RouteSaeHostingOptions
{
    /// <summary>The saved ML.NET model, a zip. A relative path starts at the host's content root. Required.</summary>
    public string ModelPath { get; set; } = "";

    /// <summary>Whether the model is loaded again when its file changes. Default: true.</summary>
    public bool WatchModel { get; set; } = true;

    /// <summary>
    /// How often the file is looked at, 10 ms to 1 day. Default: 1 second. A changed file is loaded when two looks one after the other
    /// find it the same, so that a file that is still being written is left alone.
    /// </summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most inputs that wait, 1 to 1,000,000. Default: 1024. What comes when they are all taken is rejected.</summary>
    public int QueueCapacity { get; set; } = 1024;

    /// <summary>The most inputs in one run of the model, 1 to 65,536. Default: 64.</summary>
    public int MaxBatchSize { get; set; } = 64;

    /// <summary>The most tokens in one run of the model, 1 to 1,048,576. Default: 4096. A longer text runs alone.</summary>
    public int MaxBatchTokens { get; set; } = 4096;

    /// <summary>
    /// How long the first input of a batch waits for company while the model is idle, 0 to 1 second. Default: 3 ms. What arrives during a
    /// run waits for its end in any case.
    /// </summary>
    public TimeSpan MaxBatchDelay { get; set; } = TimeSpan.FromMilliseconds(3);

    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(ModelPath))
        {
            yield return "ModelPath is empty. Name the zip that mlContext.Model.Save wrote.";
        }

        if (WatchInterval < TimeSpan.FromMilliseconds(10) || WatchInterval > TimeSpan.FromDays(1))
        {
            yield return $"WatchInterval is {WatchInterval}. It must be 00:00:00.010 to 1.00:00:00; to stop watching, set WatchModel to false.";
        }

        if (QueueCapacity is < 1 or > 1_000_000)
        {
            yield return $"QueueCapacity is {QueueCapacity}. It must be 1 to 1000000 inputs.";
        }

        if (MaxBatchSize is < 1 or > 65_536)
        {
            yield return $"MaxBatchSize is {MaxBatchSize}. It must be 1 to 65536 inputs.";
        }

        if (MaxBatchTokens is < 1 or > 1_048_576)
        {
            yield return $"MaxBatchTokens is {MaxBatchTokens}. It must be 1 to 1048576 tokens.";
        }

        if (MaxBatchDelay < TimeSpan.Zero || MaxBatchDelay > TimeSpan.FromSeconds(1))
        {
            yield return $"MaxBatchDelay is {MaxBatchDelay}. It must be 00:00:00 to 00:00:01.";
        }
    }
}
