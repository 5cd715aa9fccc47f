using System.Text.Json.Serialization;

namespace RouteSae.Tests.Tokens;

internal sealed record GoldenVector(
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("ids")] IReadOnlyList<int> Ids,
    [property: JsonPropertyName("add_special_tokens")] bool AddSpecialTokens,
    [property: JsonPropertyName("decoded")] string? Decoded);
