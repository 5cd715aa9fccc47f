using Microsoft.Extensions.Logging;

namespace RouteSae.MLNet.Hosting;

/// <summary>What a predictor logs.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information, "The model '{ModelPath}' was loaded and answers from now on.")]
    public static partial void ModelLoaded(ILogger logger, string modelPath);

    [LoggerMessage(2, LogLevel.Error, "The new model was refused; the one before it goes on answering.")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "There is no model to answer with.")]
    public static partial void FirstLoadFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "ML.NET: {Text}")]
    public static partial void FromMlNet(ILogger logger, string text);

    [LoggerMessage(5, LogLevel.Warning, "A batch of {Inputs} inputs failed and is run again one input at a time.")]
    public static partial void BatchFailed(ILogger logger, Exception exception, int inputs);

    [LoggerMessage(6, LogLevel.Information, "Stopping: {Waiting} inputs wait and will be answered first.")]
    public static partial void Draining(ILogger logger, int waiting);

    [LoggerMessage(7, LogLevel.Warning, "{Waiting} inputs that waited were rejected, because the time for stopping is over or there was no model yet.")]
    public static partial void DrainCutShort(ILogger logger, int waiting);

    [LoggerMessage(8, LogLevel.Error, "A batch of {Inputs} inputs could not be run; they get the reason as their answer.")]
    public static partial void WorkerFailed(ILogger logger, Exception exception, int inputs);

    [LoggerMessage(9, LogLevel.Warning, "A listener to the metrics threw, so metrics are incomplete; this is said once.")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Error, "The model file is watched no longer. ReloadAsync still loads it.")]
    public static partial void WatchingFailed(ILogger logger, Exception exception);
}
