using System.Text;
using RouteSae.Autoencoders;
using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Benchmarks.Work;
using RouteSae.Training;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>The peak memory of training steps, beyond what the process held before the model was made (its batches among it).</summary>
internal sealed class MemoryTable
{
    private const double Megabyte = 1e6;

    private readonly StringBuilder _rows = new();

    /// <summary>Measures the second step of the product and of the plain port.</summary>
    public void Add(Scale scale, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var batches = new TrainingBatches(scale, scale.Tokens);
        AddProduct(scale, fidelity, batches);
        AddPlain(scale, fidelity, batches);
    }

    public string ToMarkdown() =>
        $"""
        ## Peak memory of a training step

        | case | variant | peak, MB | weights, Adam | gradients of active rows | the two + 500 MB |
        |---|---|--:|--:|--:|--:|
        {_rows}
        Peak: VmHWM of a step less VmRSS before model and trainer were made; Linux only.

        """;

    private void AddProduct(Scale scale, Fidelity fidelity, TrainingBatches batches)
    {
        var before = PeakMemory.Resident();
        using var model = PathModels.Create(scale.Architecture(fidelity), ComputePath.Auto);
        using var trainer = new AutoencoderTrainer(model, PathTrainers.Options());
        var peak = SecondStep(batches.EachTime(batch => trainer.Step(batch)));
        var state = 3.0 * sizeof(float) * model.Parameters.Sum(parameter => parameter.Value.numel());
        var gradients = 2.0 * sizeof(float) * scale.HiddenSize * LatentsOfLastStep(trainer);
        Row(scale, nameof(ComputePath.Auto), peak - before, state, gradients);
    }

    private void AddPlain(Scale scale, Fidelity fidelity, TrainingBatches batches)
    {
        using var model = PathModels.Create(scale.Architecture(fidelity), ComputePath.Auto);
        var before = PeakMemory.Resident();
        using var plain = new PlainRouteSae(model);
        using var trainer = new PlainTrainer(plain);
        Row(scale, PlainRouteSae.Name, SecondStep(batches.EachTime(batch => trainer.Step(batch.HiddenStates))) - before);
    }

    private static long? SecondStep(Action step)
    {
        step();
        PeakMemory.Resident(); // collects
        return PeakMemory.While(step);
    }

    private static long LatentsOfLastStep(AutoencoderTrainer trainer)
    {
        using var scope = NewDisposeScope();
        return (trainer.DeadLatents.TokensSinceFired == 0).sum(ScalarType.Int64).item<long>();
    }

    private void Row(Scale scale, string variant, long? peak, double? state = null, double? gradients = null)
    {
        string Show(double? bytes) => bytes is { } number ? $"{number / Megabyte:N0}" : "";
        var shown = peak is { } bytes ? Show(bytes) : "n/a";
        _rows.Append($"| {scale.Describe(scale.Tokens)} | {variant} | {shown} | {Show(state)} | {Show(gradients)} | {Show(state + gradients + 500 * Megabyte)} |\n");
    }
}
