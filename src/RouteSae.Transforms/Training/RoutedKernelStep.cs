using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

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
        _router = new RoutingKernel(model.Router.Weight, Architecture.Aggregation, Architecture.Mode);
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
        _states = RoutingKernel.Readable(hiddenStates);
        var routed = Route(_states);
        // A value that is not finite, in whichever hidden state, makes all probabilities of its token NaN.
        if (!ActivationCheck.IsFinite(routed.Probabilities.sum()))
            ActivationCheck.ThrowIfNotFinite(hiddenStates, Architecture.RoutedHiddenStates, batch: _optimizer.BatchesTaken + 1);
        var (loss, normalizedMse) = _topK.Evaluate(routed.X, deadLatents);
        _probabilityGradients = new float[routed.Probabilities.NumberOfElements];
        double? loadBalance = Corrected && _options.LoadBalanceCoefficient > 0 ? AddLoadBalance(routed) : null;
        return new StepTerms(loss + _options.LoadBalanceCoefficient * (loadBalance ?? 0), normalizedMse)
        {
            LoadBalance = loadBalance,
            Routed = new RoutedActivations(routed.X, routed.Probabilities, routed.Chosen, Architecture.Mode),
            Codes = _topK.Buffers.Codes,
        };
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
    private double AddLoadBalance(RoutedTokens routed)
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
        for (var i = 0; i < _probabilityGradients.Length; i++)
            _probabilityGradients[i] += (float)(scale * share[i % layers]);
        return layers * share.Zip(mean, (f, p) => f * p).Sum();
    }

    /// <summary>The gradient of W_r, [L, D].</summary>
    private Tensor RouterGradients()
    {
        var (routed, codes, gradient) = (_routed!, _topK.Buffers.Codes, _topK.Buffers.Gradient);
        if (Architecture.Mode == RoutingMode.Soft)
            _router.AddSoftGradients(_states!, InputGradients(), _probabilityGradients);
        else
            RouterGradient.OfChosen(
                routed, codes, gradient.Codes, ProductsWithPreBias(), Corrected ? null : gradient.TargetGradientsAlongX(), _probabilityGradients);
        var logits = RouterGradient.ThroughSoftmax(routed.Probabilities, _probabilityGradients); // [N, L]
        return logits.t().mm(routed.Aggregate!);
    }

    /// <summary>W_enc[j]·b_pre − b_lat[j], [M].</summary>
    private Tensor ProductsWithPreBias() => Autoencoder.EncoderWeight.mv(Autoencoder.PreBias).sub_(Autoencoder.LatentBias);

    /// <summary>∂/∂x of the routed activation, [N, D]: Σ ∂zₖ W_enc[jₖ], and with a target that is not held constant −g − 2 loss x / (‖x‖² N) too.</summary>
    private Tensor InputGradients()
    {
        var gradient = _topK.Buffers.Gradient;
        using var codeGradients = new SparseCodes(_topK.Buffers.Codes.Indices.alias(), gradient.Codes.alias());
        var result = SparseDecoder.Decode(Autoencoder.EncoderWeight, null, codeGradients);
        return Corrected ? result : result.add_(gradient.TargetGradients(_routed!.X));
    }
}
