using Microsoft.ML;

namespace RouteSae.MLNet.Experiments;

/// <summary>Rows to fit on, and others to evaluate on.</summary>
internal sealed record ExperimentSplit(IDataView Train, IDataView Test);
