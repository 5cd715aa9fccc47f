using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using RouteSae.Bundles;
using RouteSae.Training;

namespace RouteSae.MLNet.Models;

/// <summary>Trains a bundle's router and autoencoder on a text column, with progress in ML.NET's log.</summary>
internal static class FeatureModelTraining
{
    public static FeatureBundle Train(
        IHost host, FeatureBundle bundle, RouteSaeTrainingOptions training, int? seed, IDataView data, string column, CancellationToken cancellationToken = default)
    {
        using var channel = host.Start("Train");
        var trainer = new BundleTrainer(bundle, new BundleTrainingOptions
        {
            Latents = training.Latents,
            ActiveLatents = training.ActiveLatents,
            Passes = training.Epochs,
            BatchTokens = training.TokensPerStep,
            LearningRate = training.LearningRate,
            Seed = seed ?? host.Rand.Next(),
        });
        return trainer.Train(TextColumn.Read(data, column), new ChannelProgress(channel), cancellationToken);
    }

    private sealed class ChannelProgress(IChannel channel) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => channel.Info(MessageSensitivity.None, string.Create(
            CultureInfo.InvariantCulture,
            $"Step {value.Step} of {value.TotalSteps}: {value.TokensPerSecond:F0} tokens/s, loss {value.Loss:F4}, {value.ActiveLatents:F1} active latents a token, {value.DeadLatents} dead."));
    }
}
