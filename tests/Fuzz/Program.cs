using System.Globalization;

namespace RouteSae.Fuzz.Tests;

/// <summary>Long runs by hand: <c>--minutes N [--format NAME] [--seed S] [--inputs N]</c>, or <c>--format NAME --seed S --input N</c> to replay one.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var names = Value(args, "--format") is { } name ? [name] : AllFormats.Names;
        var seed = Number(args, "--seed", 1);
        if (Value(args, "--input") is { } input)
        {
            var number = int.Parse(input, CultureInfo.InvariantCulture);
            return Report(names[0], new FuzzRun(AllFormats.Make(names[0]), seed).Execute(number, 1));
        }

        var time = TimeSpan.FromMinutes(Number(args, "--minutes", 10) / (double)names.Count);
        var inputs = Number(args, "--inputs", int.MaxValue);
        Console.WriteLine("| format | inputs | seconds | most allocated by an input | slowest input | outcomes |");
        Console.WriteLine("|---|---|---|---|---|---|");
        return names.Sum(one => Report(one, new FuzzRun(AllFormats.Make(one), seed).Execute(0, inputs, time)));
    }

    private static int Report(string name, FuzzResult result)
    {
        var outcomes = string.Join(", ", result.Outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {result.Inputs:N0} | {result.Seconds:F1} | {result.MostAllocated / 1048576.0:F1} MB | {result.SlowestSeconds * 1000:F0} ms | {outcomes} |"));
        foreach (var failure in result.Failures)
        {
            Console.Error.WriteLine($"{failure.Format}, input {failure.Number}, {failure.File}: {failure.Problem}");
        }

        return result.Failures.Count;
    }

    private static string? Value(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static int Number(string[] args, string name, int absent) =>
        Value(args, name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : absent;
}
