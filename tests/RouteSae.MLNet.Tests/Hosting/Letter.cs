namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>
/// An input that can hold up, or break, the thread on which the predictor runs the model. That thread reads a text once to count its tokens,
/// once to predict, and once more to explain.
/// </summary>
public sealed class Letter
{
    private string? _text;
    private int _reads;

    public string? Text
    {
        get
        {
            if (Thread.CurrentThread.Name == "RouteSae predictor")
            {
                Read(++_reads);
            }
            else
            {
                WasReadByItsSender = true;
            }

            return _text;
        }
        set => _text = value;
    }

    internal ManualResetEventSlim? Gate { get; init; }

    internal ManualResetEventSlim? Reached { get; init; }

    /// <summary>From which time of reading on it throws.</summary>
    internal int FailsFromRead { get; init; } = int.MaxValue;

    internal bool WasReadByItsSender { get; private set; }

    private void Read(int time)
    {
        if (time > 1)
        {
            Reached?.Set();
            Gate?.Wait();
        }

        if (time >= FailsFromRead)
        {
            throw new InvalidOperationException("This letter cannot be read.");
        }
    }
}
