using System.Collections.Concurrent;

namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>An input that knows on which threads inputs were made: a model is warmed up with one, on the thread that loads it.</summary>
public sealed class MadeLetter
{
    public MadeLetter() => Makers.Add((Thread.CurrentThread.ManagedThreadId, Thread.CurrentThread.Name));

    public string Text { get; set; } = "";

    internal static ConcurrentBag<(int Id, string? Name)> Makers { get; } = [];
}
