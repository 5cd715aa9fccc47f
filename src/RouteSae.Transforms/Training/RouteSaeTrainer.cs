using System.Diagnostics;
using RouteSae.Autoencoders;
using RouteSae.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>
/// Trains a RouteSAE on a stream of hidden states. Owns the optimiser's state, not the model; the model is usable while and
/// after it is trained. One thread at a time.
/// </summary>
public sealed class RouteSaeTrainer : IDisposable
{
    private readonly ITrainingStep _step;
    private readonly ProgressWindow _window;
    private readonly Stopwatch _clock = new();
    private TrainingProgress? _last;
    private double _learningRate;

    /// <summary>Prepares the training of a model: its decoder is set to unit norm.</summary>
    /// <param name="model">The model, which training changes in place. Its architecture's fidelity decides how it is trained.</param>
    /// <param name="options">Default: <see cref="RouteSaeTrainerOptions"/> as documented.</param>
    /// <exception cref="ArgumentException">The options are not possible; the message lists every problem.</exception>
    public RouteSaeTrainer(RouteSaeModel model, RouteSaeTrainerOptions? options = null)
    {
        Options = options ?? new RouteSaeTrainerOptions();
        ArchitectureCheck.ThrowIfAny("The training options", Options.Problems());
        Model = model;
        Schedule = new LearningRateSchedule(Options.LearningRate, Options.Steps, Options.WarmupFraction, Options.DecayFraction);
        var byKernels = KernelStep.Fits(model);
        Optimizer = new AutoencoderOptimizer(
            model.Parameters, model.Autoencoder.NormalizeDecoder, Schedule, Options.Beta1, Options.Beta2, Options.UnitNormInterval, recordGradients: !byKernels);
        DeadLatents = new DeadLatentTracker(model.Architecture.Latents, Options.DeadAfterTokens, model.Autoencoder.PreBias.device);
        Routing = new RoutingStatistics(model.Architecture.RoutedHiddenStates.Count);
        _step = byKernels ? new KernelStep(model, Options, Optimizer) : new AutogradStep(
            new RouteSaeObjective(model, Options), Optimizer, model.Architecture.RoutedHiddenStates);
        _window = new ProgressWindow(model.Architecture.RoutedHiddenStates.Count);
    }

    /// <summary>The model that is trained.</summary>
    public RouteSaeModel Model { get; }

    /// <summary>The options.</summary>
    public RouteSaeTrainerOptions Options { get; }

    /// <summary>The learning rate of each step.</summary>
    public LearningRateSchedule Schedule { get; }

    /// <summary>The optimiser and its state. Float32 models on the CPU are trained by kernels: their parameters record no gradients.</summary>
    public AutoencoderOptimizer Optimizer { get; }

    /// <summary>The tokens since each latent fired.</summary>
    public DeadLatentTracker DeadLatents { get; }

    /// <summary>How all tokens so far were routed.</summary>
    public RoutingStatistics Routing { get; }

    /// <summary>Steps taken.</summary>
    public int StepsTaken => Optimizer.Adam.StepsTaken;

    /// <summary>Trains until the options' tokens are used up or the batches end.</summary>
    /// <param name="batches">Each batch is disposed when it has been trained on. Batches without a real token are skipped.</param>
    /// <param name="progress">Told every <see cref="RouteSaeTrainerOptions.ReportInterval"/> steps and after the last one.</param>
    /// <param name="cancellation">Looked at before every step; the model then stays as the steps so far have made it.</param>
    /// <exception cref="InvalidOperationException">A hidden state is NaN or infinite, or the loss is.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public TrainingReport Train(
        IEnumerable<HiddenStateBatch> batches, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        _clock.Start();
        foreach (var batch in batches)
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                if (StepsTaken < Options.Steps)
                    StepAndReport(batch, progress);
            }
            if (StepsTaken >= Options.Steps)
                break;
        }
        return Finish(progress);
    }

    /// <summary>As <see cref="Train"/>, for batches that arrive asynchronously.</summary>
    /// <inheritdoc cref="Train"/>
    public async Task<TrainingReport> TrainAsync(
        IAsyncEnumerable<HiddenStateBatch> batches, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        _clock.Start();
        await foreach (var batch in batches.WithCancellation(cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                if (StepsTaken < Options.Steps)
                    StepAndReport(batch, progress);
            }
            if (StepsTaken >= Options.Steps)
                break;
        }
        return Finish(progress);
    }

    /// <summary>Takes one step.</summary>
    /// <param name="batch">Stays the caller's.</param>
    /// <returns>The loss that was minimised; null, and no step, when the batch has no real token.</returns>
    /// <exception cref="InvalidOperationException">A hidden state is NaN or infinite, or the loss is.</exception>
    public double? Step(HiddenStateBatch batch)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        // The reference knows no masks: there, padding is trained on like any token.
        var hiddenStates = Corrected ? batch.RealTokens() : batch.HiddenStates;
        if (hiddenStates[0].shape[0] == 0)
            return null;
        if (StepsTaken == 0 && Corrected && Options.CenterPreBias)
            CenterPreBias(hiddenStates);

        var terms = _step.Evaluate(hiddenStates, DeadLatents.DeadLatents());
        CheckFinite(terms.Loss);
        _learningRate = _step.Update();
        DeadLatents.Update(terms.Codes);
        Routing.Add(terms.Routed);
        _window.Add(terms);
        return terms.Loss;
    }

    /// <summary>Frees the optimiser's state; the model stays.</summary>
    public void Dispose()
    {
        _step.Dispose();
        Optimizer.Dispose();
        DeadLatents.Dispose();
    }

    private bool Corrected => Model.Architecture.Fidelity == Fidelity.Corrected;

    private void CenterPreBias(IReadOnlyList<Tensor> hiddenStates)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, Model.Architecture.RoutedHiddenStates, batch: 1);
        using var noGradient = no_grad();
        using var routed = Model.Route(hiddenStates);
        using var median = GeometricMedian.Of(routed.X);
        Model.Autoencoder.PreBias.copy_(median);
    }

    private void CheckFinite(double loss)
    {
        if (!double.IsFinite(loss))
            throw new InvalidOperationException(
                $"The loss of step {StepsTaken + 1} is {loss}. The hidden states are finite: lower the learning rate, or look for tokens whose hidden states are constant.");
    }

    private void StepAndReport(HiddenStateBatch batch, IProgress<TrainingProgress>? progress)
    {
        if (Step(batch) is null || StepsTaken == Options.Steps)
            return; // Finish reports the last step.
        if (StepsTaken % Options.ReportInterval == 0)
            Report(progress);
    }

    private void Report(IProgress<TrainingProgress>? progress)
    {
        if (_window.Routing.Tokens == 0)
            return;
        _last = Progress();
        _window.Reset();
        progress?.Report(_last);
    }

    private TrainingReport Finish(IProgress<TrainingProgress>? progress)
    {
        Optimizer.Finish();
        Report(progress);
        _clock.Stop();
        return new TrainingReport
        {
            Steps = StepsTaken,
            EndedEarly = StepsTaken < Options.Steps,
            Tokens = Routing.Tokens,
            Duration = _clock.Elapsed,
            Last = _last,
            RoutingShare = Routing.Share,
        };
    }

    private TrainingProgress Progress()
    {
        using var dead = DeadLatents.DeadLatents();
        return new TrainingProgress
        {
            Step = StepsTaken,
            TotalSteps = Options.Steps,
            Tokens = Routing.Tokens,
            TokensPerSecond = Routing.Tokens / Math.Max(1e-9, _clock.Elapsed.TotalSeconds),
            Loss = _window.Loss,
            NormalizedMse = _window.NormalizedMse,
            LoadBalance = _window.LoadBalance,
            ActiveLatents = _window.ActiveLatents,
            DeadLatents = (int)dead.shape[0],
            RoutingShare = _window.Routing.Share,
            ShareEntropy = _window.Routing.ShareEntropy,
            TokenEntropy = _window.Routing.TokenEntropy,
            LearningRate = _learningRate,
        };
    }
}
