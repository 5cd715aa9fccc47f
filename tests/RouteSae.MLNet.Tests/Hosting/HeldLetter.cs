namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>A letter that keeps the predictor busy until it is let go.</summary>
internal sealed class HeldLetter
{
    private readonly ManualResetEventSlim _gate = new();
    private readonly ManualResetEventSlim _reached = new();

    public HeldLetter() => Letter = new Letter { Text = "held", Gate = _gate, Reached = _reached };

    public Letter Letter { get; }

    public void WaitUntilItRuns()
    {
        if (!_reached.Wait(TimeSpan.FromSeconds(30)))
        {
            throw new TimeoutException("The predictor did not take the letter.");
        }
    }

    public void LetGo() => _gate.Set();
}
