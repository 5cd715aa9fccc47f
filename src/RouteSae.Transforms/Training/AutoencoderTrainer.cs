using System.Diagnostics;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using RouteSae.Checks;
using RouteSae.Native;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Objectives;
using RouteSae.Training.Optimization;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>
/// Trains an autoencoder on a stream of hidden states. Owns the optimiser's state, not the model; the model is usable while and
/// after it is trained. One thread at a time.
/// </summary>
public sealed partial class AutoencoderTrainer : IDisposable, IResumable
{
    private readonly ITrainingStep _step;
    private readonly SparsityPenalty _penalty;
    private readonly ProgressWindow _window;
    private readonly string _start;
    private readonly Stopwatch _clock = new();
    private TrainingProgress? _last;
    private double _learningRate;

    /// <summary>Prepares the training of a model: its decoder is set to unit norm.</summary>
    /// <param name="model">The model, which training changes in place. Its fidelity decides how it is trained.</param>
    /// <param name="options">Default: <see cref="AutoencoderTrainerOptions"/> as documented.</param>
    /// <exception cref="ArgumentException">The options are not possible for the model; the message lists every problem.</exception>
    public AutoencoderTrainer(AutoencoderModel model, AutoencoderTrainerOptions? options = null)
    {
        Options = options ?? new AutoencoderTrainerOptions();
        ArchitectureCheck.ThrowIfAny("The training options", Options.Problems(model));
        Model = model;
        _start = WeightFingerprint.Of(model.Parameters.Select(parameter => parameter.Value));
        Schedule = new LearningRateSchedule(Options.LearningRate, Options.Steps, Options.WarmupFraction, Options.DecayFraction);
        // The reference sets the unit norm after every batch of an MLSAE.
        var unitNormInterval = model is MultiLayerModel { Fidelity: Fidelity.Reference } ? 1 : Options.UnitNormInterval;
        Optimizer = new AutoencoderOptimizer(
            [.. model.Parameters.Where(parameter => parameter.IsTrained)],
            model.NormalizeDecoder, Schedule, Options.Beta1, Options.Beta2, unitNormInterval, recordGradients: !TrainingSteps.ByKernels(model))
        {
            BatchesPerEpoch = Options.StepsPerEpoch,
        };
        DeadLatents = new DeadLatentTracker(model.Latents, Options.DeadAfterTokens, model.Parameters[0].Value.device);
        Routing = new RoutingStatistics(model.HiddenStates.Count);
        _penalty = new SparsityPenalty(Options, countsLatents: model is FixedLayersModel { Autoencoder.Kind.Sparsity: SparsityRule.CountPenalty });
        _step = TrainingSteps.Create(model, Options, Optimizer, _penalty);
        _window = new ProgressWindow(model.HiddenStates.Count);
    }

    /// <summary>The model that is trained.</summary>
    public AutoencoderModel Model { get; }

    /// <summary>The options.</summary>
    public AutoencoderTrainerOptions Options { get; }

    /// <summary>The learning rate of each step.</summary>
    public LearningRateSchedule Schedule { get; }

    /// <summary>The optimiser and its state. RouteSAE and TopK models in float32 on the CPU are trained by kernels: their parameters record no gradients.</summary>
    public AutoencoderOptimizer Optimizer { get; }

    /// <summary>The tokens since each latent fired.</summary>
    public DeadLatentTracker DeadLatents { get; }

    /// <summary>How all tokens so far were routed; empty where no router chooses.</summary>
    public RoutingStatistics Routing { get; }

    /// <summary>Steps taken: batches, of which a multi-layer model under Reference takes several each.</summary>
    public int StepsTaken => Optimizer.BatchesTaken;

    /// <summary>Real tokens trained on.</summary>
    public long TokensTaken { get; private set; }

    /// <summary>Trains until the options' tokens are used up or the batches end.</summary>
    /// <param name="batches">Each batch is disposed when it has been trained on. Batches without a real token are skipped.</param>
    /// <param name="progress">Told every <see cref="AutoencoderTrainerOptions.ReportInterval"/> steps and after the last one.</param>
    /// <param name="cancellationToken">Looked at before every step; the model then stays as the steps so far have made it.</param>
    /// <exception cref="InvalidOperationException">A hidden state is NaN or infinite, or the loss is.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public TrainingReport Train(
        IEnumerable<HiddenStateBatch> batches, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var running = new RunningClock(_clock);
        foreach (var batch in batches)
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
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
        var hiddenStates = batch.Select(Model.HiddenStates, realTokensOnly: Corrected);
        HiddenStateShapes.Check(hiddenStates, Model.HiddenStates, Model.HiddenSize);
        if (hiddenStates[0].shape[0] == 0)
            return null;
        if (StepsTaken == 0 && Corrected)
            StartFrom(hiddenStates);

        var terms = _step.Evaluate(hiddenStates, DeadLatents.DeadLatents(), TokensTaken);
        CheckFinite(terms.Loss);
        _learningRate = _step.Update();
        TokensTaken += hiddenStates[0].shape[0];
        TakeNote(terms);
        return terms.Loss;
    }

    /// <summary>Frees the optimiser's state; the model stays.</summary>
    public void Dispose()
    {
        _step.Dispose();
        Optimizer.Dispose();
        DeadLatents.Dispose();
    }

    private bool Corrected => Model.Fidelity == Fidelity.Corrected;

    private void StartFrom(IReadOnlyList<Tensor> hiddenStates)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, Model.HiddenStates, batch: 1);
        DataStart.MeasureLayers(Model, hiddenStates);
        if (Options.CenterPreBias)
            DataStart.CenterPreBias(Model, hiddenStates);
        if (Options.TargetActiveLatents is { } wanted)
            DataStart.ForActiveLatents(Model, hiddenStates, wanted);
    }

    private void TakeNote(StepTerms terms)
    {
        if (terms.Codes is not null)
            DeadLatents.Update(terms.Codes);
        else
            DeadLatents.Update(terms.DenseCodes!);
        if (terms.Routed is not null)
            Routing.Add(terms.Routed);
        var active = terms.CountActive();
        _penalty.Observe((double)active / terms.Encoded);
        _window.Add(terms, active);
    }

    private void CheckFinite(double loss)
    {
        if (!double.IsFinite(loss))
            throw new InvalidOperationException(
                $"The loss of step {StepsTaken + 1} is {loss}. The hidden states are finite: lower the learning rate, or look for tokens whose hidden states are constant.");
    }

    /// <summary>One of the steps that a sweep takes with several trainers in turn: the clock runs for this one alone.</summary>
    internal void StepInSweep(HiddenStateBatch batch, IProgress<TrainingProgress>? progress)
    {
        using var running = new RunningClock(_clock);
        StepAndReport(batch, progress);
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
        if (_window.IsEmpty)
            return;
        _last = Progress();
        _window.Reset();
        progress?.Report(_last);
    }

    /// <summary>Ends the training: sets the decoder to unit norm, and reports.</summary>
    internal TrainingReport Finish(IProgress<TrainingProgress>? progress)
    {
        Optimizer.Finish();
        Report(progress);
        return new TrainingReport
        {
            Steps = StepsTaken,
            EndedEarly = StepsTaken < Options.Steps,
            Tokens = TokensTaken,
            Duration = Elapsed,
            Last = _last,
            RoutingShare = Routing.Tokens == 0 ? null : Routing.Share,
        };
    }

    private TrainingProgress Progress()
    {
        using var dead = DeadLatents.DeadLatents();
        var routing = _window.Routing.Tokens == 0 ? null : _window.Routing;
        return new TrainingProgress
        {
            Step = StepsTaken,
            TotalSteps = Options.Steps,
            Tokens = TokensTaken,
            TokensPerSecond = TokensTaken / Math.Max(1e-9, Elapsed.TotalSeconds),
            Loss = _window.Loss,
            NormalizedMse = _window.NormalizedMse,
            LoadBalance = _window.LoadBalance,
            Sparsity = _window.Sparsity,
            SparsityCoefficient = _window.Sparsity is null ? null : _penalty.Coefficient,
            ActiveLatents = _window.ActiveLatents,
            DeadLatents = (int)dead.shape[0],
            RoutingShare = routing?.Share,
            RoutingWarning = routing?.Warning(Model.HiddenStates),
            ShareEntropy = routing?.ShareEntropy,
            TokenEntropy = routing?.TokenEntropy,
            LearningRate = _learningRate,
        };
    }

    private readonly struct RunningClock : IDisposable
    {
        private readonly Stopwatch _clock;

        public RunningClock(Stopwatch clock)
        {
            _clock = clock;
            _clock.Start();
        }

        public void Dispose() => _clock.Stop();
    }
}
