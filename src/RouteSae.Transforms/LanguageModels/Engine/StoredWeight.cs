using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>What is known of a tensor before it is read.</summary>
/// <param name="Format">Of its numbers; null where they are no floating-point numbers.</param>
/// <param name="TypeName">What messages call the type.</param>
/// <param name="Shape">Its dimensions.</param>
internal sealed record StoredWeight(NumberFormat? Format, string TypeName, IReadOnlyList<long> Shape);
