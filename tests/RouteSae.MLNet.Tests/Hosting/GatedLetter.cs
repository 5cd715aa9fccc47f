namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>An input of which none can be made before the gate is open; a model is warmed up with one, so its loading ends no sooner.</summary>
public sealed class GatedLetter
{
    public GatedLetter()
        : this("warm-up")
    {
        Making.Set();
        Gate.Wait();
    }

    public GatedLetter(string text) => Text = text;

    public string Text { get; set; }

    internal static ManualResetEventSlim Gate { get; } = new();

    internal static ManualResetEventSlim Making { get; } = new();
}
