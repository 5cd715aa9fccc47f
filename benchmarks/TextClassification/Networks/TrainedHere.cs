using RouteSae.Autoencoders;
using RouteSae.Training;
using RouteSae.Training.Sources;

namespace RouteSae.ClassificationBenchmark;

/// <summary>A RouteSAE and a TopK autoencoder of one hidden state, trained from scratch on the same tokens of a set's training texts. Owns both.</summary>
internal sealed class TrainedHere : IDisposable
{
    private const int Latents = 1024;
    private const int ActiveLatents = 32;
    private const int BatchTokens = 512;
    private const int MostPasses = 20;
    private const int MostTokens = 60_000;

    private TrainedHere(RouteSaeModel routeSae, SingleLayerModel topK) => (RouteSae, TopK) = (routeSae, topK);

    public RouteSaeModel RouteSae { get; }

    public SingleLayerModel TopK { get; }

    /// <summary>What was trained, for people.</summary>
    public static string Budget => $"M = {Latents}, K = {ActiveLatents}, at most {MostPasses} passes or {MostTokens} tokens";

    /// <summary>Trains both on one stream of batches, the TopK autoencoder on the last routed hidden state: three quarters of the depth, as the paper's.</summary>
    public static TrainedHere Train(BenchmarkedModel model, IReadOnlyList<string> texts, int seed, CancellationToken cancellationToken)
    {
        var tokens = texts.Sum(text => (long)model.Tokenizer.Encode(text, addSpecialTokens: false).Ids.Count);
        var architecture = model.RouteSae.Architecture with { Latents = Latents, ActiveLatents = ActiveLatents };
        var here = new TrainedHere(
            RouteSaeModel.Create(architecture, seed),
            new SingleLayerModel(TopKAutoencoder.Create(architecture.Autoencoder, seed), model.HiddenStates[^1]));
        try
        {
            here.Train(model, texts, Math.Min(MostTokens, tokens * MostPasses), (int)Math.Clamp(MostTokens / tokens + 1, 1, MostPasses), seed, cancellationToken);
            return here;
        }
        catch
        {
            here.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        RouteSae.Dispose();
        TopK.Dispose();
    }

    private void Train(BenchmarkedModel model, IReadOnlyList<string> texts, long tokens, int passes, int seed, CancellationToken cancellationToken)
    {
        var options = new AutoencoderTrainerOptions { TotalTokens = tokens, BatchTokens = (int)Math.Min(BatchTokens, tokens) };
        using var routed = new AutoencoderTrainer(RouteSae, options);
        using var single = new AutoencoderTrainer(TopK, options);
        var sweep = new TrainingSweep([new SweepRoute("RouteSAE", routed), new SweepRoute("TopK", single)]);
        var source = new TextActivationSource(model.LanguageModel, model.Tokenizer, sweep.HiddenStates, new TextActivationOptions
        {
            ContextLength = model.Bundle.Manifest.ContextLength,
            BatchTokens = options.BatchTokens,
            Passes = passes,
            Seed = seed,
        });
        foreach (var failed in sweep.Train(source.Batches(texts, cancellationToken), cancellationToken: cancellationToken).Where(result => result.Failure is not null))
            throw new InvalidOperationException($"{failed.Name}: {failed.Failure!.Message}", failed.Failure);
    }
}
