namespace RouteSae.LanguageModels.Families;

/// <summary>The names of the nonlinearities in a configuration.</summary>
internal static class ActivationNames
{
    private static readonly Dictionary<string, ActivationKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["silu"] = ActivationKind.Silu,
        ["swish"] = ActivationKind.Silu,
        ["gelu"] = ActivationKind.Gelu,
        ["gelu_python"] = ActivationKind.Gelu,
        ["gelu_new"] = ActivationKind.GeluTanh,
        ["gelu_fast"] = ActivationKind.GeluTanh,
        ["gelu_accurate"] = ActivationKind.GeluTanh,
        ["gelu_pytorch_tanh"] = ActivationKind.GeluTanh,
        ["gelu_python_tanh"] = ActivationKind.GeluTanh,
        ["quick_gelu"] = ActivationKind.GeluSigmoid,
        ["relu"] = ActivationKind.Relu,
        ["relu2"] = ActivationKind.ReluSquared,
        ["tanh"] = ActivationKind.Tanh,
    };

    /// <summary>The field's nonlinearity, or that of the fallback's name.</summary>
    public static ActivationKind Read(ConfigFields fields, string field, string fallback)
    {
        var name = fields.Text(field) ?? fallback;
        return s_kinds.TryGetValue(name, out var kind)
            ? kind
            : throw new LanguageModelFormatException($"{fields.Name}: {field} '{name}' is not supported. Known: {string.Join(", ", s_kinds.Keys.Order(StringComparer.Ordinal))}.");
    }
}
