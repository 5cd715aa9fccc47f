using static TorchSharp.torch;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// Muon (Jordan et al. 2024) over matrices of one shape: Nesterov momentum, then the update's singular values are pushed
/// to about 1 by five Newton–Schulz steps in bfloat16. Master weights are float32; the model's bfloat16 weights are
/// rewritten after each step.
/// </summary>
internal sealed class MuonGroup : IDisposable
{
    private const double Momentum = 0.95;

    private readonly IReadOnlyList<(Tensor Weight, long Start)> _parts;
    private readonly long _rows;
    private readonly long _columns;

    /// <param name="parts">Row blocks of weights: each weight from its start row on, <paramref name="rows"/> rows.</param>
    /// <param name="rows">Rows of every matrix.</param>
    public MuonGroup(IReadOnlyList<(Tensor Weight, long Start)> parts, long rows)
    {
        (_parts, _rows, _columns) = (parts, rows, parts[0].Weight.size(1));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Master = stack(parts.Select(part => part.Weight.narrow(0, part.Start, rows).to_type(ScalarType.Float32))).DetachFromDisposeScope();
        Velocity = zeros_like(Master).DetachFromDisposeScope();
    }

    public Tensor Master { get; } // [n, rows, columns]

    public Tensor Velocity { get; }

    public void Step(double rate, double weightDecay)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var gradient = stack(_parts.Select(part => part.Weight.grad!.narrow(0, part.Start, _rows))).to_type(ScalarType.Float32);
        Velocity.mul_(Momentum).add_(gradient, alpha: 1 - Momentum);
        var update = Orthogonalize(gradient.mul_(1 - Momentum).add_(Velocity, alpha: Momentum));
        Master.mul_(1 - rate * weightDecay).add_(update, alpha: -rate * Math.Sqrt(Math.Max(1.0, (double)_rows / _columns)));
        WriteBack();
    }

    public void WriteBack()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < _parts.Count; i++)
            _parts[i].Weight.narrow(0, _parts[i].Start, _rows).copy_(Master[i]);
    }

    public void Dispose()
    {
        Master.Dispose();
        Velocity.Dispose();
    }

    private Tensor Orthogonalize(Tensor update)
    {
        const double a = 3.4445, b = -4.7750, c = 2.0315;
        var x = update.to_type(ScalarType.BFloat16);
        var tall = _rows > _columns;
        if (tall)
            x = x.transpose(1, 2).contiguous();
        var norm = x.to_type(ScalarType.Float32).square().sum([1, 2], keepdim: true).sqrt();
        x = x / (norm + 1e-7).to_type(ScalarType.BFloat16);
        for (var step = 0; step < 5; step++)
        {
            var gram = x.bmm(x.transpose(1, 2));
            x = a * x + (b * gram + c * gram.bmm(gram)).bmm(x);
        }
        return (tall ? x.transpose(1, 2) : x).to_type(ScalarType.Float32);
    }
}
