using FluentAssertions;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Compares a training run with the 30 steps of a golden case.</summary>
internal sealed class TrajectoryCheck
{
    private readonly AutoencoderCase _golden;
    private readonly double[] _losses;
    private readonly double[] _learningRates;
    private readonly int[] _batches;
    private readonly int _tokensPerBatch;

    public TrajectoryCheck(AutoencoderCase golden)
    {
        _golden = golden;
        _losses = golden.Numbers("backward_loss");
        _learningRates = golden.Numbers("lr_per_optimizer_step");
        _batches = golden.Numbers("batch_order_per_epoch").Select(batch => (int)batch).ToArray();
        _tokensPerBatch = (int)golden.HiddenStates(0)[0].shape[0];
        Steps = golden.Trajectory.GetProperty("optimizer_steps").GetInt32();
        Schedule = new LearningRateSchedule(golden.Config("lr").GetDouble(), Steps);
    }

    public int Steps { get; }

    public LearningRateSchedule Schedule { get; }

    /// <summary>Options under which a trainer repeats the golden run, with a report after every step.</summary>
    public AutoencoderTrainerOptions Options => new()
    {
        BatchTokens = _tokensPerBatch,
        TotalTokens = (long)Steps * _tokensPerBatch,
        LearningRate = _golden.Config("lr").GetDouble(),
        UnitNormInterval = _golden.Config("steps").GetInt32(),
        ReportInterval = 1,
    };

    public int BatchOf(int step) => _batches[step];

    public void Loss(int step, double loss) => loss.Should().BeApproximately(_losses[step], 2e-5, $"the loss of step {step}");

    public void LearningRate(int step, double learningRate) =>
        learningRate.Should().BeApproximately(_learningRates[step], 1e-12, $"the learning rate of step {step}");

    public void LoggedMse(int step, double value) =>
        value.Should().BeApproximately(_golden.Numbers("logged_normalized_mse")[step], 2e-5, $"the logged normalised MSE of step {step}");

    public void LayerWeights(RoutingStatistics routing)
    {
        var expected = _golden.Numbers("accumulated_layer_weights");
        routing.LayerWeightSums.Should().HaveCount(expected.Length);
        routing.LayerWeightSums.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 * pair.Second);
    }

    /// <summary>Compares the parameters where the golden case has a snapshot after this many batches.</summary>
    /// <returns>How many parameters were compared.</returns>
    public int Parameters(AutoencoderOptimizer optimizer, int batches) => Compare(optimizer, $"traj.after_{batches}.");

    public void Final(AutoencoderOptimizer optimizer)
    {
        Compare(optimizer, "traj.final.").Should().Be(optimizer.Parameters.Count, "the case has every final parameter");
        using var scope = NewDisposeScope();
        foreach (var (parameter, moments) in optimizer.Parameters.Zip(optimizer.Adam.Moments))
        {
            var name = $"traj.adam.{parameter.Name}";
            parameter.ToStored(moments.First).ShouldBeClose(_golden.Tensors[$"{name}.exp_avg"], $"{name}.exp_avg", absolute: 1e-7);
            parameter.ToStored(moments.Second).ShouldBeClose(_golden.Tensors[$"{name}.exp_avg_sq"], $"{name}.exp_avg_sq", absolute: 1e-12);
        }
        optimizer.Adam.StepsTaken.Should().Be(_golden.Trajectory.GetProperty("adam_step").GetInt32());
    }

    private int Compare(AutoencoderOptimizer optimizer, string prefix)
    {
        using var scope = NewDisposeScope();
        var snapshot = _golden.Tensors.Under(prefix);
        foreach (var parameter in optimizer.Parameters.Where(parameter => snapshot.ContainsKey(parameter.Name)))
            parameter.ToStored(parameter.Value).ShouldBeClose(snapshot[parameter.Name], prefix + parameter.Name);
        return snapshot.Count;
    }
}
