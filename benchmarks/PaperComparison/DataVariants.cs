namespace RouteSae.PaperComparison;

/// <summary>One RouteSAE, trained on batches that were made by different rules.</summary>
internal static class DataVariants
{
    public static IEnumerable<Candidate> All(Architectures architectures, int active)
    {
        var hard = architectures.Routing(active);
        yield return With("default: packed, mixed, special tokens left out", DataRule.PackedAndMixed);
        yield return With("special tokens trained on", DataRule.SpecialTokens);
        yield return With("windows in order, tokens of two batches mixed", DataRule.PackedInOrder);
        yield return With("the authors' sequences, padding left out", DataRule.ReferenceMasked);
        yield return With("the authors' sequences, padding trained on", DataRule.Reference);

        Candidate With(string name, DataRule data) => Architectures.Routed(name, hard) with { Data = data };
    }

}
