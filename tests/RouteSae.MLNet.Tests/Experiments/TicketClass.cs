namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>What a model says of a <see cref="Ticket"/>.</summary>
public sealed class TicketClass
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
