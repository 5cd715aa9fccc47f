namespace RouteSae.MLNet.Hosting;

/// <summary>The meter under which predictors publish their metrics.</summary>
public static class RouteSaeMeter
{
    /// <summary>The meter's name, as <c>AddMeter</c> of OpenTelemetry and <c>dotnet-counters</c> want it.</summary>
    public const string Name = "RouteSae.MLNet";
}
