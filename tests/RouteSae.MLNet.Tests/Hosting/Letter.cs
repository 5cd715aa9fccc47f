namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>An input that can hold up, or break, the thread on which the predictor runs the model.</summary>
public sealed class Letter
{
    private string? _text;

    public string? Text
    {
        get
        {
            if (Thread.CurrentThread.Name == "RouteSae predictor")
            {
                Reached?.Set();
                Gate?.Wait();
                return Poisoned ? throw new InvalidOperationException("This letter cannot be read.") : _text;
            }

            return _text;
        }
        set => _text = value;
    }

    internal ManualResetEventSlim? Gate { get; init; }

    internal ManualResetEventSlim? Reached { get; init; }

    internal bool Poisoned { get; init; }
}
