using Microsoft.ML;
using Microsoft.ML.Runtime;
using RouteSae.MLNet.Experiments;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>Experiments over <see cref="FakeModel"/>s, which count what they are asked.</summary>
internal sealed class CountedModels
{
    /// <summary>A model for each time that the experiment opened one, with the options that it asked for.</summary>
    public List<(RouteSaeOptions Options, FakeModel Model)> Opened { get; } = [];

    public int Texts => Opened.Sum(opened => opened.Model.Texts);

    public RouteSaeExperiment Experiment(RouteSaeExperimentOptions options) => new(new MLContext(seed: 1), options, Open);

    private FeatureModel Open(IHost host, RouteSaeOptions options)
    {
        var model = new FakeModel();
        Opened.Add((options, model));
        return model.Model;
    }
}
