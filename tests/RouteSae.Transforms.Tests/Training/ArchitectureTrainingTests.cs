using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Optimization;
using RouteSae.Training.Sources;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>What holds for the training of every architecture.</summary>
public sealed class ArchitectureTrainingTests
{
    private const int Tokens = 40;

    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void TrainingLowersTheErrorAndNativeMemoryStaysFlat(string kind, Fidelity fidelity)
    {
        using var model = SmallModels.Create(kind, fidelity);
        var options = Options(kind, steps: 120);
        options.DeadAfterTokens = 100; // so that AuxK takes part where there is one
        using var trainer = new AutoencoderTrainer(model, options);
        var reports = new List<TrainingProgress>();
        var live = new List<long>();

        trainer.Train(Batches(model, 120), new Reports(progress =>
        {
            reports.Add(progress);
            live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }));

        reports.Should().HaveCount(12);
        reports[^1].NormalizedMse.Should().BeLessThan(reports[0].NormalizedMse * 0.9);
        reports[^1].ActiveLatents.Should().BePositive();
        (reports[^1].Sparsity is null).Should().Be(!SmallModels.HasPenalty(kind));
        // The last report comes when the last batch is already gone.
        live[3..^1].Distinct().Should().HaveCount(1, "each step frees what it makes");
    }

    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void NaNIsAnErrorThatNamesItsPlaceAndLeavesTheModelAlone(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);
        using var trainer = new AutoencoderTrainer(model, Options(kind, steps: 10));
        using var good = Batch(model, seed: 1);
        using var bad = Batch(model, seed: 2);
        var place = model.HiddenStates.Count - 1;
        bad.HiddenStates[place][7, 3] = float.NaN;
        trainer.Step(good);
        var before = model.Parameters.Select(parameter => parameter.Value.detach().clone()).ToArray();

        var step = () => trainer.Step(bad);

        step.Should().Throw<InvalidOperationException>().WithMessage(
            $"Batch 2 holds NaN or infinite values in hidden state {model.HiddenStates[place]} (real token 7 of the batch is the first). The language model has overflowed there: run it in float32, or leave this text out.");
        trainer.StepsTaken.Should().Be(1);
        foreach (var (parameter, copy) in model.Parameters.Zip(before))
            parameter.Value.ShouldBeIdentical(copy, parameter.Name);
    }

    // Standardised, a constant hidden state is 0, by whose size the error is divided.
    [Theory]
    [InlineData("TopK", Fidelity.Reference)]
    [InlineData("MLSAE", Fidelity.Corrected)]
    [InlineData("MLSAE", Fidelity.Reference)]
    [InlineData("ReLU", Fidelity.Corrected)]
    [InlineData("Crosscoder", Fidelity.Corrected)]
    public void AConstantHiddenStateIsAnErrorAndLeavesTheModelUsable(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);
        var options = Options(kind, steps: 10);
        options.CenterPreBias = false;
        using var trainer = new AutoencoderTrainer(model, options);
        using var batch = Batch(model, seed: 1);
        batch.HiddenStates[model.HiddenStates.Count / 2][7].fill_(2);

        var step = () => trainer.Step(batch);

        step.Should().Throw<InvalidOperationException>().WithMessage("The loss of step 1 is *");
        model.Parameters.Should().OnlyContain(parameter => parameter.Value.isfinite().all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void PaddingIsTrainedOnByTheReferenceAlone(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);
        using var twin = SmallModels.Create(kind, fidelity);
        using var trainer = new AutoencoderTrainer(model, Options(kind, steps: 10));
        using var twinTrainer = new AutoencoderTrainer(twin, Options(kind, steps: 10));
        using var batch = Batch(model, seed: 1);
        using var padded = new HiddenStateBatch(
            [.. batch.HiddenStates.Select(state => cat([state, full([5, state.shape[1]], 3f) + arange(8)], 0))],
            cat([ones(Tokens, dtype: ScalarType.Bool), zeros(5, dtype: ScalarType.Bool)], 0));

        var plain = trainer.Step(batch);
        var withPadding = twinTrainer.Step(padded);

        if (fidelity == Fidelity.Corrected)
            withPadding.Should().Be(plain);
        else
            withPadding.Should().NotBe(plain);
        twinTrainer.TokensTaken.Should().Be(fidelity == Fidelity.Corrected ? Tokens : Tokens + 5);
    }

    [Theory]
    [MemberData(nameof(SmallModels.KindsAndFidelities), MemberType = typeof(SmallModels))]
    public void BFloat16HiddenStatesTrainAsTheSameNumbersInFloat32(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, fidelity);
        using var twin = SmallModels.Create(kind, fidelity);
        using var trainer = new AutoencoderTrainer(model, Options(kind, steps: 10));
        using var twinTrainer = new AutoencoderTrainer(twin, Options(kind, steps: 10));

        for (var step = 1; step <= 3; step++)
        {
            using var batch = Batch(model, (ulong)step);
            using var narrow = new HiddenStateBatch([.. batch.HiddenStates.Select(state => state.to(ScalarType.BFloat16))]);
            using var wide = new HiddenStateBatch([.. narrow.HiddenStates.Select(state => state.to(ScalarType.Float32))]);
            trainer.Step(narrow)!.Value.Should().BeApproximately(twinTrainer.Step(wide)!.Value, 1e-5);
        }
    }

    [Theory]
    [InlineData("TopK", Fidelity.Reference)]
    [InlineData("TopK", Fidelity.Corrected)]
    [InlineData("MLSAE", Fidelity.Corrected)]
    [InlineData("Random", Fidelity.Reference)]
    [InlineData("Random", Fidelity.Corrected)]
    public void KernelsTrainLikeTorchOperations(string kind, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = (FixedLayersModel)SmallModels.Create(kind, fidelity, hiddenSize: 24, latents: 70);
        using var twin = (FixedLayersModel)SmallModels.Create(kind, fidelity, hiddenSize: 24, latents: 70);
        twin.Autoencoder.Path = ComputePath.TorchOperations;
        var options = Options(kind, steps: 12);
        options.DeadAfterTokens = 60;
        using var trainer = new AutoencoderTrainer(model, options);
        using var twinTrainer = new AutoencoderTrainer(twin, options);
        var dead = 0L;

        for (var step = 1; step <= 12; step++)
        {
            using var batch = Batch(model, (ulong)step);
            using var latents = trainer.DeadLatents.DeadLatents();
            dead += latents.shape[0];
            trainer.Step(batch)!.Value.Should().BeApproximately(twinTrainer.Step(batch)!.Value, 2e-5, $"the loss of step {step}");
        }

        TrainingSteps.ByKernels(model).Should().BeTrue();
        TrainingSteps.ByKernels(twin).Should().BeFalse();
        dead.Should().BePositive("AuxK must take part");
        trainer.DeadLatents.TokensSinceFired.ShouldBeIdentical(twinTrainer.DeadLatents.TokensSinceFired, "tokens since fired");
        foreach (var (parameter, other) in model.Parameters.Zip(twin.Parameters))
            parameter.Value.ShouldBeClose(other.Value, parameter.Name, absolute: 1e-4, relative: 1e-3);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void APenaltyIsNeededWhereItMakesSparseAndNowhereElse(string kind)
    {
        using var model = SmallModels.Create(kind);

        var without = () => new AutoencoderTrainer(model, new AutoencoderTrainerOptions());
        var with = () => new AutoencoderTrainer(model, new AutoencoderTrainerOptions { SparsityCoefficient = 0.05 });

        if (SmallModels.HasPenalty(kind))
            without.Should().Throw<ArgumentException>().WithMessage($"*SparsityCoefficient is not set: {model.Description} is made sparse by a penalty alone.*");
        else
            with.Should().Throw<ArgumentException>().WithMessage($"*{model.Description} has no penalty: ActiveLatents says how sparse it is.*");
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void APenaltyBelowZeroIsRefused(double coefficient)
    {
        using var model = SmallModels.Create("ReLU");

        var train = () => new AutoencoderTrainer(model, new AutoencoderTrainerOptions { SparsityCoefficient = coefficient });

        train.Should().Throw<ArgumentException>().WithMessage($"*SparsityCoefficient is {coefficient}; it must be 0 or more.");
    }

    [Fact]
    public void ALargerPenaltyLeavesFewerLatentsActive()
    {
        foreach (var kind in new[] { "ReLU", "Gated", "Crosscoder" })
            Active(kind, 5).Should().BeLessThan(Active(kind, 0.05) * 0.8, kind);

        static double Active(string kind, double coefficient)
        {
            using var model = SmallModels.Create(kind);
            var options = Options(kind, steps: 120);
            options.SparsityCoefficient = coefficient;
            using var trainer = new AutoencoderTrainer(model, options);
            return trainer.Train(Batches(model, 120)).Last!.ActiveLatents;
        }
    }

    private static AutoencoderTrainerOptions Options(string kind, int steps) => new()
    {
        BatchTokens = Tokens,
        TotalTokens = (long)steps * Tokens,
        LearningRate = 5e-3,
        SparsityCoefficient = SmallModels.HasPenalty(kind) ? 0.01 : null,
    };

    private static IEnumerable<HiddenStateBatch> Batches(AutoencoderModel model, int count) =>
        Enumerable.Range(1, count).Select(seed => Batch(model, (ulong)seed));

    private static HiddenStateBatch Batch(AutoencoderModel model, ulong seed)
    {
        using var scope = NewDisposeScope();
        return new HiddenStateBatch(SmallModels.Activations(model, Tokens, seed));
    }
}
