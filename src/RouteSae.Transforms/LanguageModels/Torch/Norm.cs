using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels.Torch;

/// <summary>A norm over the last dimension; owns its weights. The equations stand at <see cref="NormKind"/>.</summary>
/// <param name="kind">Which one.</param>
/// <param name="epsilon">ε.</param>
/// <param name="weight">[D]; null without weights.</param>
/// <param name="bias">[D]; null without a bias.</param>
internal sealed class Norm(NormKind kind, double epsilon, Tensor? weight, Tensor? bias = null) : IDisposable
{
    public Tensor? Weight => weight;

    public IEnumerable<Tensor> Parameters => new[] { weight, bias }.OfType<Tensor>();

    /// <summary>x [..., D] → [..., D].</summary>
    public Tensor Apply(Tensor x) => kind switch
    {
        NormKind.RootMeanSquare => RootMeanSquareNorm.Apply(x, weight!, epsilon),
        NormKind.Layer => functional.layer_norm(x, [x.size(-1)], weight, bias, epsilon),
        _ => Plain(x),
    };

    public void Dispose()
    {
        weight?.Dispose();
        bias?.Dispose();
    }

    private Tensor Plain(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.to_type(ScalarType.Float32);
        return functional.layer_norm(wide, [x.size(-1)], eps: epsilon).to_type(x.dtype).MoveToOuterDisposeScope();
    }
}
