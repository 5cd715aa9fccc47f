using RouteSae.Autoencoders;
using RouteSae.Checks;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Interpretation;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;
using TorchSharp;

namespace RouteSae.Bundles;

/// <summary>Trains the autoencoder of a bundle, and its router where it has one, on texts, over the bundle's language model, and names the latents anew.</summary>
public sealed class BundleTrainer
{
    /// <summary>A longer window than the paper's 512 tokens only makes training slower.</summary>
    private const int LongestWindow = 512;

    private readonly FeatureBundle _bundle;
    private readonly BundleTrainingOptions _options;
    private readonly TextTokenizer _tokenizer;

    /// <summary>Prepares the training.</summary>
    /// <param name="bundle">The bundle to start from; it is not changed.</param>
    /// <param name="options">Settings; the defaults when null.</param>
    /// <exception cref="ArgumentException">The settings are not possible; the message lists every problem.</exception>
    public BundleTrainer(FeatureBundle bundle, BundleTrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        _bundle = bundle;
        _options = options ?? new BundleTrainingOptions();
        ArchitectureCheck.ThrowIfAny(
            "The training of the bundle", [.. Problems(), .. TrainerOptions(tokens: 1).Problems(), .. ActivationOptions(1).Problems(), .. _options.Checkpoints?.Problems() ?? []]);
        _tokenizer = BundleParts.LoadTokenizer(bundle);
    }

    private bool HasActiveLatents => BundledModel.HasActiveLatents(_bundle.Manifest);

    /// <summary>What is trained: where there is no K, as many latents as there are may be active.</summary>
    private BundleManifest Target => _bundle.Manifest with
    {
        Latents = _options.Latents ?? _bundle.Manifest.Latents,
        ActiveLatents = HasActiveLatents ? _options.ActiveLatents ?? _bundle.Manifest.ActiveLatents : _options.Latents ?? _bundle.Manifest.Latents,
    };

    private IEnumerable<string> Problems()
    {
        if (_options.ActiveLatents is null && !HasActiveLatents)
            yield return $"ActiveLatents is not set: the bundle's autoencoder ({_bundle.Manifest.Autoencoder}) has no fixed number of active latents, so training needs the mean number that is wanted.";
        foreach (var problem in BundledModel.Problems(Target))
            yield return problem;
    }

    /// <summary>Trains.</summary>
    /// <param name="texts">Gone through several times: to count, for each pass, and to name the latents. Empty ones are skipped.</param>
    /// <param name="progress">Told of the training's progress.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>
    /// A new bundle with the same language model and tokenizer. Autoencoder, router and names lie in memory; tokenizer and
    /// language model are read from where the original bundle has them, which must stay until the new one is saved.
    /// </returns>
    /// <exception cref="ArgumentException">The texts hold no token to train on.</exception>
    /// <exception cref="BundleFormatException">Files have changed since the bundle was opened.</exception>
    /// <exception cref="TrainingMismatchException">The checkpoint is of a training with another bundle, other options or other texts.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public FeatureBundle Train(IEnumerable<string> texts, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var tokens = CountTokens(texts, cancellationToken);
        var languageModel = BundleParts.LoadLanguageModel(_bundle, Precision.Float32, torch.CPU);
        using var encoder = new TokenEncoder(languageModel, CreateModel(languageModel), torch.CPU);
        Train(encoder, texts, tokens, progress, cancellationToken);
        var preparer = new TextPreparer(_tokenizer, languageModel.Config, _bundle.Manifest.SpecialTokens, _bundle.Manifest.ContextLength, firstTruncated: null);
        var features = FeatureNaming.Name(encoder, preparer, texts, cancellationToken);
        return _bundle.With($"{_bundle.Manifest.Name}, trained", encoder.Autoencoder, features);
    }

    private long CountTokens(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        long tokens = 0;
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tokens += _tokenizer.Encode(text, addSpecialTokens: false).Ids.Count(id => _bundle.Manifest.SpecialTokens.Pool || !_tokenizer.SpecialTokens.Contains(id));
        }

        return tokens > 0 ? tokens : throw new ArgumentException("There is nothing to train on: the texts hold no token.", nameof(texts));
    }

    private AutoencoderModel CreateModel(DecoderModel languageModel)
    {
        try
        {
            BundleParts.Check(_bundle, languageModel.Config, _tokenizer);
            return _options.Latents is not null ? BundledModel.Create(Target, _options.Seed) : BundleParts.LoadAutoencoder(_bundle, Target, torch.CPU);
        }
        catch
        {
            languageModel.Dispose();
            throw;
        }
    }

    private void Train(TokenEncoder encoder, IEnumerable<string> texts, long tokens, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using var source = new TextActivationSource(encoder.LanguageModel, _tokenizer, Target.RoutedHiddenStates, ActivationOptions(tokens)).Open(texts);
        using var trainer = new AutoencoderTrainer(encoder.Autoencoder, TrainerOptions(tokens));
        trainer.Train(source, _options.Checkpoints, progress, cancellationToken);
    }

    private int BatchTokens(long tokens) => (int)Math.Min(_options.BatchTokens, tokens);

    private AutoencoderTrainerOptions TrainerOptions(long tokens) => new()
    {
        TotalTokens = tokens * _options.Passes,
        BatchTokens = BatchTokens(tokens),
        LearningRate = _options.LearningRate,
        TargetActiveLatents = HasActiveLatents ? null : _options.ActiveLatents,
    };

    private TextActivationOptions ActivationOptions(long tokens) => new()
    {
        ContextLength = Math.Min(LongestWindow, _bundle.Manifest.ContextLength),
        BatchTokens = BatchTokens(tokens),
        Passes = _options.Passes,
        IncludeSpecialTokens = _bundle.Manifest.SpecialTokens.Pool,
        Seed = _options.Seed,
    };
}
