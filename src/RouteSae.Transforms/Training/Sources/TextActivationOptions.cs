namespace RouteSae.Training.Sources;

/// <summary>How texts become batches of hidden states.</summary>
public sealed class TextActivationOptions
{
    /// <summary>Tokens a context window. Default null: 512, the paper's, or the longest that the language model takes when that is shorter.</summary>
    public int? ContextLength { get; set; }

    /// <summary>Windows that the language model reads at once. Default 16.</summary>
    public int WindowsPerForward { get; set; } = 16;

    /// <summary>Windows among which the next one is drawn at random. Default 1,024.</summary>
    public int ShuffleBuffer { get; set; } = 1024;

    /// <summary>Tokens a batch. Default 4,096; give the trainer's BatchTokens.</summary>
    public int BatchTokens { get; set; } = 4096;

    /// <summary>Batches of tokens that are mixed with each other, at least 2; they are held in memory. Default 8.</summary>
    public int MixedBatches { get; set; } = 8;

    /// <summary>How often the texts are gone through, each time in another order. Default 1.</summary>
    public int Passes { get; set; } = 1;

    /// <summary>
    /// Whether special tokens (beginning and end of text) are trained on like text. Default false: their hidden states are
    /// often huge and always alike, and would take up latents.
    /// </summary>
    public bool IncludeSpecialTokens { get; set; }

    /// <summary>Seed of the shuffling and the mixing. Default 0.</summary>
    public int Seed { get; set; }

    /// <summary>Everything that is wrong with these options, in sentences; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Require(ContextLength is null or >= 2, $"ContextLength is {ContextLength}; it must be at least 2.");
        Require(WindowsPerForward >= 1, $"WindowsPerForward is {WindowsPerForward}; it must be at least 1.");
        Require(ShuffleBuffer >= 1, $"ShuffleBuffer is {ShuffleBuffer}; it must be at least 1 (which keeps the order).");
        Require(BatchTokens >= 1, $"BatchTokens is {BatchTokens}; it must be at least 1.");
        Require(MixedBatches >= 2, $"MixedBatches is {MixedBatches}; it must be at least 2.");
        Require(Passes >= 1, $"Passes is {Passes}; it must be at least 1.");
        return problems;

        void Require(bool condition, string problem)
        {
            if (!condition)
                problems.Add(problem);
        }
    }
}
