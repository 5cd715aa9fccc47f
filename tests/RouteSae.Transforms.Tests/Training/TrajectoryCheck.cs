using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Optimization;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Compares a training run with the 30 batches of a golden case.</summary>
internal sealed class TrajectoryCheck
{
    private readonly AutoencoderCase _golden;
    private readonly double[] _losses;
    private readonly double[] _learningRates;
    private readonly int[] _batches;
    private readonly int _tokensPerBatch;
    private readonly int _stepsPerBatch; // MLSAE takes one for each hidden state

    public TrajectoryCheck(AutoencoderCase golden)
    {
        _golden = golden;
        _losses = golden.Numbers("backward_loss");
        _learningRates = golden.Numbers("lr_per_optimizer_step");
        _batches = golden.Numbers("batch_order_per_epoch").Select(batch => (int)batch).ToArray();
        _tokensPerBatch = (int)golden.HiddenStates(0)[0].shape[0];
        _stepsPerBatch = golden.Trajectory.GetProperty("optimizer_steps").GetInt32() / Batches;
    }

    public int Batches => _batches.Length;

    /// <summary>Options under which a trainer repeats the golden run, with a report after every step.</summary>
    public AutoencoderTrainerOptions Options => new()
    {
        BatchTokens = _tokensPerBatch,
        TotalTokens = (long)Batches * _tokensPerBatch,
        LearningRate = _golden.Config("lr").GetDouble(),
        UnitNormInterval = _golden.Config("steps").GetInt32(),
        SparsityCoefficient = _golden.SparsityCoefficient,
        ReportInterval = 1,
    };

    /// <summary>The batches in their order. The parameters after n batches are compared when batch n is asked for.</summary>
    public IEnumerable<HiddenStateBatch> Source(AutoencoderModel model)
    {
        for (var batch = 0; batch < Batches; batch++)
        {
            Parameters(model, batch);
            yield return new HiddenStateBatch(_golden.HiddenStates(_batches[batch], Drawn(batch)));
        }
    }

    /// <summary>Compares the parameters where the golden case has a snapshot after this many batches.</summary>
    /// <returns>How many parameters were compared.</returns>
    public int Parameters(AutoencoderModel model, int batches) => Compare(model, $"traj.after_{batches}.");

    public void Progress(int batch, TrainingProgress progress)
    {
        progress.Loss.Should().BeApproximately(_losses[((batch + 1) * _stepsPerBatch) - 1], 2e-5, $"the loss of batch {batch}");
        progress.NormalizedMse.Should().BeApproximately(_golden.Numbers("logged_normalized_mse")[batch], 2e-5, $"the logged normalised MSE of batch {batch}");
        foreach (var expected in _learningRates.AsSpan(batch * _stepsPerBatch, _stepsPerBatch))
            progress.LearningRate.Should().BeApproximately(expected, 1e-12, $"the learning rate of batch {batch}");
        if (_golden.Numbers("logged_counts") is { Length: > 0 } counts)
            progress.ActiveLatents.Should().BeApproximately(counts[batch], 1e-4, $"the logged count of batch {batch}");
        else
            progress.ActiveLatents.Should().Be(_golden.TopK.ActiveLatents);
    }

    public void LayerWeights(RoutingStatistics routing)
    {
        var expected = _golden.Numbers("accumulated_layer_weights");
        routing.LayerWeightSums.Should().HaveCount(expected.Length);
        routing.LayerWeightSums.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 * pair.Second);
    }

    public void Final(AutoencoderModel model, AutoencoderOptimizer optimizer)
    {
        Compare(model, "traj.final.").Should().Be(model.Parameters.Count, "the case has every final parameter");
        using var scope = NewDisposeScope();
        foreach (var (parameter, moments) in optimizer.Parameters.Zip(optimizer.Adam.Moments))
        {
            var name = $"traj.adam.{parameter.Name}";
            parameter.ToStored(moments.First).ShouldBeClose(_golden.Tensors[$"{name}.exp_avg"], $"{name}.exp_avg", absolute: 1e-7);
            parameter.ToStored(moments.Second).ShouldBeClose(_golden.Tensors[$"{name}.exp_avg_sq"], $"{name}.exp_avg_sq", absolute: 1e-12);
        }
        _golden.Tensors.NamesUnder("traj.adam.").Should().HaveCount(2 * optimizer.Parameters.Count);
        optimizer.Adam.StepsTaken.Should().Be(_golden.Trajectory.GetProperty("adam_step").GetInt32());
    }

    private int? Drawn(int batch) =>
        _golden.Trajectory.TryGetProperty("random_layer_per_batch", out var drawn) ? drawn[batch].GetInt32() : null;

    private int Compare(AutoencoderModel model, string prefix)
    {
        using var scope = NewDisposeScope();
        var snapshot = _golden.Tensors.Under(prefix);
        foreach (var parameter in model.Parameters.Where(parameter => snapshot.ContainsKey(parameter.Name)))
            parameter.ToStored(parameter.Value).ShouldBeClose(snapshot[parameter.Name], prefix + parameter.Name);
        return snapshot.Count;
    }
}
