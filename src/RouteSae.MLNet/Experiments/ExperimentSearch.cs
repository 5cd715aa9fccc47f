namespace RouteSae.MLNet.Experiments;

/// <summary>Which settings an experiment tries.</summary>
public enum ExperimentSearch
{
    /// <summary>Every trainer once with the settings as given, then combinations drawn at random, none of them twice.</summary>
    Random,

    /// <summary>Every combination; of a range, a number of evenly spaced values.</summary>
    Grid,
}
