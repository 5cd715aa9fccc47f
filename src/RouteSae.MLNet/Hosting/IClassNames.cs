namespace RouteSae.MLNet.Hosting;

/// <summary>
/// An output that wants to know the names of its scores. The predictor sets them, from the model that made the scores, so that they fit
/// also while another model takes its place. Mark the property with <c>[NoColumn]</c>, because it is no column of the model.
/// </summary>
public interface IClassNames
{
    /// <summary>The classes in the order of the scores; empty where the model has no Score column.</summary>
    IReadOnlyList<string> ClassNames { get; set; }
}
