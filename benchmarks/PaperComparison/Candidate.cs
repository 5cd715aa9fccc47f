using RouteSae.Autoencoders;
using RouteSae.Training;

namespace RouteSae.PaperComparison;

/// <summary>An architecture at a number of active latents.</summary>
/// <param name="Architecture">Its name in the report.</param>
/// <param name="ActiveLatents">K, or the L0 that the penalty is tuned to.</param>
/// <param name="Create">Makes one from a seed.</param>
/// <param name="Load">Reads one from a file.</param>
internal sealed record Candidate(string Architecture, int ActiveLatents, Func<int, AutoencoderModel> Create, Func<string, AutoencoderModel> Load)
{
    /// <summary>Whether a penalty makes it sparse.</summary>
    public bool IsPenalized { get; init; }

    /// <summary>What its training options have beyond those of all.</summary>
    public Action<AutoencoderTrainerOptions> Configure { get; init; } = _ => { };

    /// <summary>How texts become its batches.</summary>
    public DataRule Data { get; init; } = DataRule.PackedAndMixed;

    /// <summary>Names files, routes and rows.</summary>
    public string Name => $"{Architecture} K{ActiveLatents}";
}
