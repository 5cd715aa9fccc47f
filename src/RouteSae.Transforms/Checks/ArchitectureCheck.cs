namespace RouteSae.Checks;

internal static class ArchitectureCheck
{
    /// <summary>Throws one exception that lists every problem.</summary>
    public static void ThrowIfAny(string subject, IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
            throw new ArgumentException($"{subject} cannot be used:" + string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}")));
    }
}
