using RouteSae.Autoencoders;

namespace RouteSae.Reference;

/// <summary>What a state_dict of the RouteSAE authors' program does not tell. The name of the file that the program writes does: <c>sum_hard_K64_…</c>, <c>L8_K64_…</c>.</summary>
public sealed class ReferenceAutoencoderOptions
{
    /// <summary>The model. Default null: by the tensors' names, which do not tell Vanilla, TopK, MLSAE and Random from each other.</summary>
    public ReferenceArchitecture? Architecture { get; set; }

    /// <summary>The hidden states that are read, Hugging Face's numbering; one for Vanilla, Gated, TopK and JumpReLU. No default.</summary>
    public IReadOnlyList<int>? HiddenStates { get; set; }

    /// <summary>K of RouteSAE, TopK, MLSAE and Random. No default.</summary>
    public int? ActiveLatents { get; set; }

    /// <summary>What RouteSAE's router reads (<c>aggre</c>). No default.</summary>
    public RouterAggregation? Aggregation { get; set; }

    /// <summary>How RouteSAE routes (<c>routing</c>). No default.</summary>
    public RoutingMode? Mode { get; set; }

    /// <summary>Default <see cref="Fidelity.Reference"/>: computes what the authors' program computes.</summary>
    public Fidelity Fidelity { get; set; } = Fidelity.Reference;

    /// <summary>Seed of the hidden states that Random draws. Default 0.</summary>
    public int Seed { get; set; }
}
