namespace RouteSae.Reference;

/// <summary>How the authors' program makes batches of texts. The defaults are the paper's.</summary>
public sealed class ReferenceSequenceOptions
{
    /// <summary>Words a sequence, and tokens a sequence. Default 512.</summary>
    public int MaxLength { get; set; } = 512;

    /// <summary>Sequences a batch. Default 64.</summary>
    public int BatchSize { get; set; } = 64;

    /// <summary>How often the texts are gone through, each time in the same order. Default 1.</summary>
    public int Epochs { get; set; } = 1;

    /// <summary>Everything that is wrong with these options, in sentences; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Require(MaxLength >= 1, $"MaxLength is {MaxLength}; it must be at least 1.");
        Require(BatchSize >= 1, $"BatchSize is {BatchSize}; it must be at least 1.");
        Require(Epochs >= 1, $"Epochs is {Epochs}; it must be at least 1.");
        return problems;

        void Require(bool condition, string problem)
        {
            if (!condition)
                problems.Add(problem);
        }
    }
}
