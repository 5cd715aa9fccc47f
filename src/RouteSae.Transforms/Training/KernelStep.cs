using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>
/// The step of <see cref="RouteSaeObjective"/> by kernels, for float32 on the CPU: the same loss, and its gradients written out
/// instead of recorded. Codes stay sparse throughout, and the gradients of the two large matrices never lie in memory.
/// </summary>
internal sealed class KernelStep : ITrainingStep
{
    private readonly RouteSaeModel _model;
    private readonly RouteSaeTrainerOptions _options;
    private readonly AutoencoderOptimizer _optimizer;
    private readonly RoutingKernel _router;
    private readonly LatentUpdate _latentUpdate;
    private StepBuffers? _buffers;
    private Evaluated? _evaluated;

    public KernelStep(RouteSaeModel model, RouteSaeTrainerOptions options, AutoencoderOptimizer optimizer)
    {
        (_model, _options, _optimizer) = (model, options, optimizer);
        _router = new RoutingKernel(model.Router.Weight, Architecture.Aggregation, Architecture.Mode);
        _latentUpdate = new LatentUpdate(WithMoments(Autoencoder.EncoderWeight), WithMoments(Autoencoder.DecoderDirections));
    }

    private RouteSaeArchitecture Architecture => _model.Architecture;

    private TopKAutoencoder Autoencoder => _model.Autoencoder;

    private bool Corrected => Architecture.Fidelity == Fidelity.Corrected;

    /// <summary>Whether kernels can train this model.</summary>
    public static bool Fits(RouteSaeModel model) =>
        KernelSupport.Choose(model.Path, [.. model.Parameters.Select(parameter => parameter.Value)]) != ComputePath.TorchOperations;

    /// <inheritdoc/>
    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents)
    {
        using var noGradient = no_grad();
        _model.Router.CheckShapes(hiddenStates);
        var states = RoutingKernel.Readable(hiddenStates);
        var buffers = BuffersFor((int)states[0].shape[0]);
        var (routed, codes, gradient) = (buffers.Routed, buffers.Codes, buffers.Gradient);
        _router.Route(states, rows: null, routed);
        // A value that is not finite, in whichever hidden state, makes all probabilities of its token NaN.
        if (!ActivationCheck.IsFinite(routed.Probabilities.sum()))
            ActivationCheck.ThrowIfNotFinite(hiddenStates, Architecture.RoutedHiddenStates, batch: _optimizer.Adam.StepsTaken + 1);
        Encode(routed.X, buffers);
        var auxiliary = Corrected && _options.AuxiliaryCoefficient > 0 && deadLatents.shape[0] > 0;
        var residual = auxiliary ? empty_like(routed.X) : null;
        gradient.Compute(Autoencoder.DecoderDirections, Autoencoder.PreBias, buffers.Centered, codes, zeroIsInactive: Corrected, residual);
        var dead = auxiliary ? DeadLatentGradients.Of(Autoencoder, buffers.Centered, residual!, deadLatents, _options) : null;

        double? loadBalance = null;
        var probabilityGradients = new float[routed.Probabilities.NumberOfElements];
        if (Corrected && _options.LoadBalanceCoefficient > 0)
            loadBalance = AddLoadBalance(routed, probabilityGradients);
        _evaluated = new Evaluated(states, buffers, probabilityGradients, dead);
        var loss = gradient.Loss + _options.LoadBalanceCoefficient * (loadBalance ?? 0) + (dead?.Loss ?? 0);
        return new StepTerms(
            loss, gradient.Loss, loadBalance, new RoutedActivations(routed.X, routed.Probabilities, routed.Chosen, Architecture.Mode), codes);
    }

    /// <inheritdoc/>
    public double Update()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var evaluated = _evaluated!;
        _evaluated = null;
        return _optimizer.Step(step => Update(step, evaluated));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers?.Dispose();
        _latentUpdate.Dispose();
    }

    private void Update(AdamStep step, Evaluated evaluated)
    {
        var gradient = evaluated.Buffers.Gradient;
        var active = evaluated.Buffers.Active;
        active.Sort(evaluated.Buffers.Codes, gradient.Codes);
        var routerGradient = RouterGradients(evaluated);
        var ofEncoder = _latentUpdate.Apply(step, gradient, active, evaluated.Dead?.Rows);
        Apply(step, Autoencoder.PreBias, gradient.Output.ColumnSums() - tensor(ofEncoder));
        evaluated.Dead?.AddTo(active.BiasGradients);
        Apply(step, Autoencoder.LatentBias, tensor(active.BiasGradients));
        Apply(step, _model.Router.Weight, routerGradient);
        Autoencoder.ParametersChanged();
    }

    private void Encode(Tensor x, StepBuffers buffers)
    {
        try
        {
            Autoencoder.EncodeByKernel(x, buffers.Codes, buffers.Centered);
        }
        catch (ArgumentException notANumber)
        {
            throw new InvalidOperationException(
                $"Step {_optimizer.Adam.StepsTaken + 1} met a pre-activation that is NaN although the hidden states are finite: training has diverged. Lower the learning rate.", notANumber);
        }
    }

    private StepBuffers BuffersFor(int tokens)
    {
        if (_buffers?.Tokens != tokens)
        {
            _buffers?.Dispose();
            _buffers = new StepBuffers(tokens, Architecture);
        }
        return _buffers;
    }

    /// <summary>The load-balance loss (<see cref="LoadBalance"/>); adds coefficient · L fᵢ / N, its gradient, to ∂/∂pᵢ of each token.</summary>
    private double AddLoadBalance(RoutedTokens routed, float[] probabilityGradients)
    {
        var (tokens, layers) = ((int)routed.X.shape[0], Architecture.RoutedHiddenStates.Count);
        var probabilities = routed.Probabilities.data<float>();
        var chosen = routed.Chosen.data<long>();
        double[] share = new double[layers], mean = new double[layers];
        for (var t = 0; t < tokens; t++)
        {
            for (var l = 0; l < layers; l++)
                mean[l] += probabilities[t * layers + l] / (double)tokens;
            if (Architecture.Mode == RoutingMode.Hard)
                share[chosen[t]] += 1.0 / tokens;
        }
        if (Architecture.Mode == RoutingMode.Soft)
            share = mean;
        var scale = _options.LoadBalanceCoefficient * layers / tokens;
        for (var i = 0; i < probabilityGradients.Length; i++)
            probabilityGradients[i] += (float)(scale * share[i % layers]);
        return layers * share.Zip(mean, (f, p) => f * p).Sum();
    }

    /// <summary>The gradient of W_r, [L, D].</summary>
    private Tensor RouterGradients(Evaluated evaluated)
    {
        var (routed, codes, gradient) = (evaluated.Buffers.Routed, evaluated.Buffers.Codes, evaluated.Buffers.Gradient);
        if (Architecture.Mode == RoutingMode.Soft)
            _router.AddSoftGradients(evaluated.States, InputGradients(evaluated), evaluated.ProbabilityGradients);
        else
            RouterGradient.OfChosen(
                routed, codes, gradient.Codes, ProductsWithPreBias(), Corrected ? null : gradient.TargetGradientsAlongX(), evaluated.ProbabilityGradients);
        var logits = RouterGradient.ThroughSoftmax(routed.Probabilities, evaluated.ProbabilityGradients); // [N, L]
        return logits.t().mm(routed.Aggregate!);
    }

    /// <summary>W_enc[j]·b_pre − b_lat[j], [M].</summary>
    private Tensor ProductsWithPreBias() => Autoencoder.EncoderWeight.mv(Autoencoder.PreBias).sub_(Autoencoder.LatentBias);

    /// <summary>∂/∂x of the routed activation, [N, D]: Σ ∂zₖ W_enc[jₖ], and with a target that is not held constant −g − 2 loss x / (‖x‖² N) too.</summary>
    private Tensor InputGradients(Evaluated evaluated)
    {
        var gradient = evaluated.Buffers.Gradient;
        using var codeGradients = new SparseCodes(evaluated.Buffers.Codes.Indices.alias(), gradient.Codes.alias());
        var result = SparseDecoder.Decode(Autoencoder.EncoderWeight, null, codeGradients);
        return Corrected ? result : result.add_(gradient.TargetGradients(evaluated.Buffers.Routed.X));
    }

    private MatrixWithMoments WithMoments(Tensor parameter)
    {
        var moments = MomentsOf(parameter);
        return new MatrixWithMoments(parameter, moments.First, moments.Second);
    }

    private unsafe void Apply(AdamStep step, Tensor parameter, Tensor gradient)
    {
        var moments = MomentsOf(parameter);
        step.Apply(
            TensorData.Floats(parameter), TensorData.Floats(gradient), TensorData.Floats(moments.First), TensorData.Floats(moments.Second), parameter.NumberOfElements);
        GC.KeepAlive(gradient);
    }

    private AdamMoments MomentsOf(Tensor parameter)
    {
        for (var i = 0; i < _optimizer.Parameters.Count; i++)
        {
            if (ReferenceEquals(_optimizer.Parameters[i].Value, parameter))
                return _optimizer.Adam.Moments[i];
        }
        throw new InvalidOperationException("The optimiser does not know this parameter.");
    }

    private sealed record Evaluated(
        IReadOnlyList<Tensor> States, StepBuffers Buffers, float[] ProbabilityGradients, DeadLatentGradients? Dead);
}
