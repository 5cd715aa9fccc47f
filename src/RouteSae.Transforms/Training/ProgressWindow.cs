using RouteSae.Tensors;
using RouteSae.Training.Optimization;

namespace RouteSae.Training;

/// <summary>Means over the steps since the last progress report.</summary>
internal sealed class ProgressWindow
{
    private int _steps;
    private double _loss;
    private double _normalizedMse;
    private double _loadBalance;
    private double _sparsity;
    private long _active;
    private long _encoded;
    private bool _hasLoadBalance;
    private bool _hasSparsity;

    public ProgressWindow(int routedHiddenStates) => Routing = new RoutingStatistics(routedHiddenStates);

    public RoutingStatistics Routing { get; }

    public double Loss => _loss / _steps;

    public double NormalizedMse => _normalizedMse / _steps;

    public double? LoadBalance => _hasLoadBalance ? _loadBalance / _steps : null;

    public double? Sparsity => _hasSparsity ? _sparsity / _steps : null;

    public double ActiveLatents => (double)_active / _encoded;

    public bool IsEmpty => _steps == 0;

    public void Add(StepTerms terms, long active)
    {
        _steps++;
        _loss += terms.Loss;
        _normalizedMse += terms.NormalizedMse;
        _hasLoadBalance = terms.LoadBalance is not null;
        _loadBalance += terms.LoadBalance ?? 0;
        _hasSparsity = terms.Sparsity is not null;
        _sparsity += terms.Sparsity ?? 0;
        _active += active;
        _encoded += terms.Encoded;
        if (terms.Routed is not null)
            Routing.Add(terms.Routed);
    }

    public void Save(TrainingState state)
    {
        state.Set("steps", _steps);
        state.Set("sums", new[] { _loss, _normalizedMse, _loadBalance, _sparsity });
        state.Set("active", _active);
        state.Set("encoded", _encoded);
        state.Set("hasLoadBalance", _hasLoadBalance);
        state.Set("hasSparsity", _hasSparsity);
        Routing.Save(state.Within("routing."));
    }

    public void Restore(TrainingState state)
    {
        var sums = state.Required<double[]>("sums");
        (_loss, _normalizedMse, _loadBalance, _sparsity) = (sums[0], sums[1], sums[2], sums[3]);
        _steps = state.Value<int>("steps");
        _active = state.Value<long>("active");
        _encoded = state.Value<long>("encoded");
        _hasLoadBalance = state.Value<bool>("hasLoadBalance");
        _hasSparsity = state.Value<bool>("hasSparsity");
        Routing.Restore(state.Within("routing."));
    }

    public void Reset()
    {
        (_steps, _loss, _normalizedMse, _loadBalance, _sparsity, _active, _encoded) = (0, 0, 0, 0, 0, 0, 0);
        Routing.Reset();
    }
}
