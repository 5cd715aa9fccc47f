using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Sources;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

public sealed class AutoencoderTrainerTests
{
    private static AutoencoderTrainerOptions Short(int steps) => new() { BatchTokens = 64, TotalTokens = 64L * steps, LearningRate = 3e-3 };

    [Fact]
    public void TrainingLowersTheReconstructionError()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        using var trainer = new AutoencoderTrainer(model, Short(200));
        var reports = new List<TrainingProgress>();

        var report = trainer.Train(new SyntheticActivations(model.Architecture).Batches(200, 64), new Reports(reports.Add));

        report.Last!.NormalizedMse.Should().BeLessThan(reports[0].NormalizedMse / 2);
        report.Tokens.Should().Be(200 * 64);
        reports.Select(progress => progress.Step).Should().Equal(Enumerable.Range(1, 20).Select(i => i * 10));
        report.Last.ActiveLatents.Should().BeInRange(0.1, model.Architecture.ActiveLatents);
        report.RoutingShare!.Sum().Should().BeApproximately(1, 1e-6);
        using var lengths = model.Autoencoder.DecoderDirections.norm(1);
        lengths.data<float>().ToArray().Should().OnlyContain(length => Math.Abs(length - 1) < 1e-5);
    }

    [Fact]
    public void TheSameSeedsGiveTheSameModel()
    {
        Trained().Should().Equal(Trained());

        static float[] Trained()
        {
            using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 5);
            using var trainer = new AutoencoderTrainer(model, Short(20));
            trainer.Train(new SyntheticActivations(model.Architecture, seed: 9).Batches(20, 64));
            using var encoder = model.Autoencoder.EncoderWeight.detach();
            return encoder.data<float>().ToArray();
        }
    }

    [Fact]
    public void NativeMemoryStaysFlatOver200Steps()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        // Latents die after 100 tokens here, so that AuxK takes part as well.
        var options = Short(260);
        options.DeadAfterTokens = 100;
        using var trainer = new AutoencoderTrainer(model, options);
        var live = new List<long>();
        var dead = 0;

        trainer.Train(
            new SyntheticActivations(model.Architecture).Batches(260, 64),
            new Reports(progress =>
            {
                live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
                dead += progress.DeadLatents;
            }));

        dead.Should().BePositive("AuxK must take part");
        // The last report comes when the last batch is already gone.
        live[5..^1].Should().HaveCount(20).And.AllBeEquivalentTo(live[5], "each step frees what it makes");
    }

    [Fact]
    public void PaddingNeverMattersHoweverWildItIs()
    {
        var architecture = SyntheticActivations.SmallArchitecture;
        using var padded = RouteSaeModel.Create(architecture, seed: 3);
        using var plain = RouteSaeModel.Create(architecture, seed: 3);
        using var paddedTrainer = new AutoencoderTrainer(padded, Short(5));
        using var plainTrainer = new AutoencoderTrainer(plain, Short(5));
        var activations = new SyntheticActivations(architecture);

        for (var step = 0; step < 5; step++)
        {
            using var batch = activations.Batch(64);
            using var withPadding = WithPadding(batch);
            paddedTrainer.Step(withPadding).Should().Be(plainTrainer.Step(batch));
        }

        paddedTrainer.Routing.Tokens.Should().Be(5 * 64);
        paddedTrainer.Routing.LayerWeightSums.Should().Equal(plainTrainer.Routing.LayerWeightSums);
        using var scope = NewDisposeScope();
        foreach (var (left, right) in padded.Parameters.Zip(plain.Parameters))
            left.Value.ShouldBeIdentical(right.Value, left.Name);
        paddedTrainer.DeadLatents.TokensSinceFired.ShouldBeIdentical(plainTrainer.DeadLatents.TokensSinceFired, "tokens since fired");
    }

    [Fact]
    public void ABatchOfPaddingAloneIsNoStep()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        using var trainer = new AutoencoderTrainer(model, Short(5));
        using var mask = zeros(8, dtype: ScalarType.Bool);
        using var batch = new SyntheticActivations(model.Architecture).Batch(8, mask);

        trainer.Step(batch).Should().BeNull();
        trainer.StepsTaken.Should().Be(0);
    }

    [Fact]
    public void NaNIsAnErrorThatNamesBatchHiddenStateAndToken()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        using var trainer = new AutoencoderTrainer(model, Short(5));
        var activations = new SyntheticActivations(model.Architecture);
        using var good = activations.Batch(16);
        using var bad = activations.Batch(16);
        bad.HiddenStates[1][7, 3] = float.NaN;
        trainer.Step(good);

        var step = () => trainer.Step(bad);

        step.Should().Throw<InvalidOperationException>().WithMessage(
            "Batch 2 holds NaN or infinite values in hidden state 3 (real token 7 of the batch is the first). The language model has overflowed there: run it in float32, or leave this text out.");
        trainer.StepsTaken.Should().Be(1);
    }

    [Fact]
    public void AConstantHiddenStateMakesTheLossAnErrorAndLeavesTheModelAlone()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        var options = Short(5);
        options.CenterPreBias = false;
        using var trainer = new AutoencoderTrainer(model, options);
        using var batch = new HiddenStateBatch([ones(4, 16), ones(4, 16), ones(4, 16)]);
        using var before = model.Autoencoder.EncoderWeight.detach().clone();

        var step = () => trainer.Step(batch);

        step.Should().Throw<InvalidOperationException>().WithMessage("The loss of step 1 is *. The hidden states are finite: lower the learning rate, or look for tokens whose hidden states are constant.");
        model.Autoencoder.EncoderWeight.ShouldBeIdentical(before, "encoder");
    }

    [Fact]
    public void AllImpossibleOptionsAreNamedInOneMessage()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        var options = new AutoencoderTrainerOptions { LearningRate = -1, LoadBalanceCoefficient = -0.5, TotalTokens = 0, WarmupFraction = 0.9 };

        var create = () => new AutoencoderTrainer(model, options);

        create.Should().Throw<ArgumentException>().WithMessage(
            """
            The training options cannot be used:
            - TotalTokens is 0; it must be at least 1.
            - LearningRate is -1; it must be above 0.
            - WarmupFraction and DecayFraction are 0.9 and 0.2; together they must not exceed 1.
            - LoadBalanceCoefficient is -0.5; it must not be negative (0 switches load balance off).
            """.ReplaceLineEndings());
    }

    [Fact]
    public void HiddenStatesOfAnotherSizeAreRefused()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        using var trainer = new AutoencoderTrainer(model, Short(5));
        using var wide = new HiddenStateBatch([randn(4, 32), randn(4, 32), randn(4, 32)]);
        using var few = new HiddenStateBatch([randn(4, 16), randn(4, 16)]);

        trainer.Invoking(t => t.Step(wide)).Should().Throw<ArgumentException>()
            .WithMessage("Hidden state 2 has shape [4, 32]; the model needs [4, 16], tokens by hidden size, for each hidden state.");
        trainer.Invoking(t => t.Step(few)).Should().Throw<ArgumentException>()
            .WithMessage("Got 2 hidden states, but the model reads 3 (2, 3, 4).");
    }

    [Fact]
    public void CancellationStopsBeforeTheNextStep()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        using var trainer = new AutoencoderTrainer(model, Short(50));
        using var cancellationToken = new CancellationTokenSource();

        var train = () => trainer.Train(
            new SyntheticActivations(model.Architecture).Batches(50, 64), new Reports(_ => cancellationToken.Cancel()), cancellationToken.Token);

        train.Should().Throw<OperationCanceledException>();
        trainer.StepsTaken.Should().Be(10);
    }

    [Fact]
    public void AnEarlyEndIsReported()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        using var trainer = new AutoencoderTrainer(model, Short(30));

        var report = trainer.Train(new SyntheticActivations(model.Architecture).Batches(20, 64));

        report.EndedEarly.Should().BeTrue();
        report.Steps.Should().Be(20);
        report.Last!.Step.Should().Be(20);
    }

    [Fact]
    public void AModelThatIsTrainedFurtherKeepsItsBiasAndThresholds()
    {
        using var routed = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        using var jump = new SingleLayerModel(JumpReluAutoencoder.Create(new JumpReluArchitecture { HiddenSize = 16, Latents = 64 }, seed: 1), 2);
        var thresholds = ((JumpReluAutoencoder)jump.Autoencoder).Threshold;
        using (no_grad())
        {
            routed.Autoencoder.PreBias.fill_(0.25f);
            thresholds.copy_(linspace(0.1, 0.9, 64));
        }
        using var before = thresholds.clone();

        foreach (var model in new AutoencoderModel[] { routed, jump })
        {
            var options = Short(10);
            options.LearningRate = 1e-12;
            options.TargetActiveLatents = model == jump ? 8 : null;
            using var trainer = new AutoencoderTrainer(model, options);
            using var batch = new SyntheticActivations(SyntheticActivations.SmallArchitecture).Batch(64);
            using var read = new HiddenStateBatch([.. batch.HiddenStates.Select(hidden => hidden.clone())], indices: [2, 3, 4]);
            trainer.Step(read);
        }

        routed.Autoencoder.PreBias.ShouldBeClose(full_like(routed.Autoencoder.PreBias, 0.25f), "b_pre");
        thresholds.ShouldBeClose(before, "θ");
    }

    [Fact]
    public void CenteredPreBiasIsTheMedianOfTheFirstRoutedActivations()
    {
        using var scope = NewDisposeScope();
        var architecture = SyntheticActivations.SmallArchitecture;
        using var model = RouteSaeModel.Create(architecture, seed: 3);
        var options = Short(10);
        options.LearningRate = 1e-12; // so that the step itself moves nothing
        using var batch = new SyntheticActivations(architecture).Batch(64);
        var expected = GeometricMedian.Of(model.Route(batch.HiddenStates).X);
        using var trainer = new AutoencoderTrainer(model, options);

        trainer.Step(batch);

        (model.Autoencoder.PreBias - expected).abs().max().item<float>().Should().BeLessThan(1e-6f);
        expected.abs().max().item<float>().Should().BePositive();
    }

    [Fact]
    public void ATrainedModelRecordsNoGradientsOnceItsTrainerIsGone()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 3);
        model.Path = ComputePath.TorchOperations; // kernels need no recording
        using (var trainer = new AutoencoderTrainer(model, Short(1)))
            model.Parameters.Should().OnlyContain(parameter => parameter.Value.requires_grad);

        model.Parameters.Should().OnlyContain(parameter => !parameter.Value.requires_grad);
    }

    // Padding before, between and after the tokens, with values that would ruin any mean.
    private static HiddenStateBatch WithPadding(HiddenStateBatch batch)
    {
        using var scope = NewDisposeScope();
        var half = batch.Tokens / 2;
        var keep = ones(half, dtype: ScalarType.Bool);
        var drop = zeros(3, dtype: ScalarType.Bool);
        var mask = cat([drop, keep, drop, keep, drop]);
        var padded = batch.HiddenStates.Select(tensor =>
        {
            var wild = full([3, tensor.shape[1]], float.NaN);
            return cat([wild, tensor.narrow(0, 0, half), wild * 1e30, tensor.narrow(0, half, half), wild]);
        });
        return new HiddenStateBatch(padded.ToArray(), mask);
    }
}
