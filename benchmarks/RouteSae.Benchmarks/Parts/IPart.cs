using RouteSae.Benchmarks.Reporting;

namespace RouteSae.Benchmarks.Parts;

/// <summary>A comparison that the command line can name.</summary>
internal interface IPart
{
    string Name { get; }

    /// <summary>Whether "all" leaves it out. Default: false.</summary>
    bool OnlyByName => false;

    /// <summary>Measures, and adds a section to the report.</summary>
    void Run(BenchmarkOptions options, BenchmarkReport report);
}
