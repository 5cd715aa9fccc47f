using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Training.Objectives;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>The step of <see cref="RouteSaeObjective"/> by kernels, for float32 on the CPU: the same loss, and its gradients written out instead of recorded.</summary>
internal sealed class RoutedKernelStep : ITrainingStep
{
    private readonly RouteSaeModel _model;
    private readonly AutoencoderTrainerOptions _options;
    private readonly AutoencoderOptimizer _optimizer;
    private readonly RoutingKernel _router;
    private readonly TopKKernels _topK;
    private RoutedTokens? _routed;
    private IReadOnlyList<Tensor>? _states;
    private float[] _probabilityGradients = [];

    public RoutedKernelStep(RouteSaeModel model, AutoencoderTrainerOptions options, AutoencoderOptimizer optimizer)
    {
        (_model, _options, _optimizer) = (model, options, optimizer);
        _router = new RoutingKernel(model.Router.Weight, Architecture);
        _topK = new TopKKernels(model.Autoencoder, options, optimizer);
    }

    private RouteSaeArchitecture Architecture => _model.Architecture;

    private TopKAutoencoder Autoencoder => _model.Autoencoder;

    private bool Corrected => Architecture.Fidelity == Fidelity.Corrected;

    /// <summary>Whether kernels can train this model.</summary>
    public static bool Fits(RouteSaeModel model) => TopKKernels.Fit(model.Path, model.Parameters);

    /// <inheritdoc/>
    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents, long firstToken = 0)
    {
        using var noGradient = no_grad();
        _model.Router.CheckShapes(hiddenStates);
        _states = RoutingKernel.Readable(_model.Router.Scaled(hiddenStates));
        var routed = Route(_states);
        // A value that is not finite, in whichever hidden state, makes all probabilities of its token NaN.
        if (!ActivationCheck.IsFinite(routed.Probabilities.sum()))
            ActivationCheck.ThrowIfNotFinite(hiddenStates, Architecture.RoutedHiddenStates, batch: _optimizer.BatchesTaken + 1);
        var (loss, normalizedMse) = _topK.Evaluate(routed.X, deadLatents);
        _probabilityGradients = new float[routed.Probabilities.NumberOfElements];
        var activations = new RoutedActivations(routed.X, routed.Probabilities, routed.Chosen, Architecture.Mode);
        double? loadBalance = Corrected && _options.LoadBalanceCoefficient > 0 ? AddLoadBalance(activations) : null;
        loss += _options.LoadBalanceCoefficient * (loadBalance ?? 0);
        if (Corrected && _options.RouterEntropyCoefficient != 0)
            loss += _options.RouterEntropyCoefficient * AddEntropy(activations);
        return new StepTerms(loss, normalizedMse) { LoadBalance = loadBalance, Routed = activations, Codes = _topK.Buffers.Codes };
    }

    /// <inheritdoc/>
    public double Update()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return _optimizer.Step(step =>
        {
            var routerGradient = RouterGradients(); // before the encoder changes
            _topK.Update(step);
            _topK.Update(step, _model.Router.Weight, routerGradient);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _topK.Dispose();
        _routed?.Dispose();
    }

    private RoutedTokens Route(IReadOnlyList<Tensor> states)
    {
        var tokens = (int)states[0].shape[0];
        if (_routed?.X.shape[0] != tokens)
        {
            _routed?.Dispose();
            _routed = new RoutedTokens(tokens, states.Count, Architecture.HiddenSize, keepAggregate: true);
            foreach (var tensor in new[] { _routed.X, _routed.Probabilities, _routed.Chosen, _routed.Aggregate! })
                tensor.DetachFromDisposeScope();
        }
        _router.Route(states, rows: null, _routed);
        return _routed;
    }

    /// <summary>The load-balance loss (<see cref="LoadBalance"/>); adds coefficient · L fᵢ / N, its gradient, to ∂/∂pᵢ of each token.</summary>
    private double AddLoadBalance(RoutedActivations routed)
    {
        using var scope = NewDisposeScope();
        var (tokens, layers) = (routed.X.shape[0], Architecture.RoutedHiddenStates.Count);
        var share = routed.LayerWeights().mean([0L], type: ScalarType.Float64).data<double>().ToArray();
        var mean = routed.Probabilities.mean([0L], type: ScalarType.Float64).data<double>().ToArray();
        var scale = _options.LoadBalanceCoefficient * layers / tokens;
        for (var i = 0; i < _probabilityGradients.Length; i++)
            _probabilityGradients[i] += (float)(scale * share[i % layers]);
        return layers * share.Zip(mean, (f, p) => f * p).Sum();
    }

    /// <summary>The router's entropy (<see cref="RouterEntropy"/>); adds −coefficient · (ln pᵢ + 1) / N to ∂/∂pᵢ of each token.</summary>
    private double AddEntropy(RoutedActivations routed)
    {
        var probabilities = routed.Probabilities.data<float>();
        var scale = _options.RouterEntropyCoefficient / routed.X.shape[0];
        var entropy = 0.0;
        for (var i = 0; i < _probabilityGradients.Length; i++)
        {
            var logarithm = Math.Log(Math.Max(probabilities[i], float.Epsilon));
            entropy -= probabilities[i] * logarithm;
            _probabilityGradients[i] -= (float)(scale * (logarithm + 1));
        }
        return entropy / routed.X.shape[0];
    }

    /// <summary>The gradient of W_r, [L, D].</summary>
    private Tensor RouterGradients()
    {
        var (routed, codes, gradient) = (_routed!, _topK.Buffers.Codes, _topK.Buffers.Gradient);
        if (Architecture.Mode == RoutingMode.Hard && !Architecture.IsUnscaled)
            RouterGradient.OfChosen(
                routed, codes, gradient.Codes, ProductsWithPreBias(), Architecture.LearnsFromTarget ? gradient.TargetGradientsAlongX() : null, _probabilityGradients);
        else
            AddMixtureGradients(routed);
        var logits = RouterGradient.ThroughSoftmax(routed.Probabilities, _probabilityGradients); // [N, L]
        return logits.t().mm(routed.Aggregate!);
    }

    /// <summary>∂/∂pᵢ of x = Σ pᵢ xᵢ, over the hidden states that take part.</summary>
    private void AddMixtureGradients(RoutedTokens routed)
    {
        if (Architecture.Mode != RoutingMode.TopTwo)
        {
            _router.AddSoftGradients(_states!, InputGradients(), _probabilityGradients);
            return;
        }
        using var takesPart = RoutedActivations.TwoLargest(routed.Probabilities);
        var weights = takesPart.data<float>();
        var ofAll = new float[_probabilityGradients.Length];
        _router.AddSoftGradients(_states!, InputGradients(), ofAll);
        for (var i = 0; i < ofAll.Length; i++)
            _probabilityGradients[i] += weights[i] > 0 ? ofAll[i] : 0;
    }

    /// <summary>W_enc[j]·b_pre − b_lat[j], [M].</summary>
    private Tensor ProductsWithPreBias() => Autoencoder.EncoderWeight.mv(Autoencoder.PreBias).sub_(Autoencoder.LatentBias);

    /// <summary>∂/∂x of the routed activation, [N, D]: Σ ∂zₖ W_enc[jₖ], and with a target that is not held constant −g − 2 loss x / (‖x‖² N) too.</summary>
    private Tensor InputGradients()
    {
        var gradient = _topK.Buffers.Gradient;
        using var codeGradients = new SparseCodes(_topK.Buffers.Codes.Indices.alias(), gradient.Codes.alias());
        var result = SparseDecoder.Decode(Autoencoder.EncoderWeight, null, codeGradients);
        return !Architecture.LearnsFromTarget ? result : result.add_(gradient.TargetGradients(_routed!.X));
    }
}
