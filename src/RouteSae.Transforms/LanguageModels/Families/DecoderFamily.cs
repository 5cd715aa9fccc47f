namespace RouteSae.LanguageModels.Families;

/// <summary>What distinguishes a model family: how its configuration and its tensors are named and laid out.</summary>
/// <param name="ModelType">As <c>model_type</c> names it.</param>
/// <param name="Read">Maps the fields of a configuration.</param>
/// <param name="Names">The tensors' names below a prefix.</param>
/// <param name="Prefixes">What may precede the names, in the order of preference; a checkpoint that was saved without its head may lack it.</param>
internal sealed record DecoderFamily(
    string ModelType, Func<ConfigFields, DecoderConfig> Read, Func<string, DecoderConfig, TensorNames> Names, params string[] Prefixes)
{
    /// <summary>The names in a checkpoint: below the first prefix under which it has an embedding.</summary>
    public TensorNames NamesIn(IReadOnlyCollection<string> names, DecoderConfig config)
    {
        var candidates = Prefixes.Select(prefix => Names(prefix, config)).ToList();
        return candidates.Find(candidate => names.Contains($"{candidate.Embedding}.weight")) ?? candidates[0];
    }
}
