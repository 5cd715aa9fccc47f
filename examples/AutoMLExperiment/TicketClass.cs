namespace AutoMLExample;

/// <summary>What the model says of a ticket.</summary>
internal sealed class TicketClass
{
    public string PredictedLabel { get; set; } = "";
}
