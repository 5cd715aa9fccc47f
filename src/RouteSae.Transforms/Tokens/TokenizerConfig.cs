namespace RouteSae.Tokens;

/// <summary>What tokenizer_config.json says beside the tokenizer.json.</summary>
internal sealed record TokenizerConfig
{
    public static TokenizerConfig Empty { get; } = new();

    public string? Begin { get; init; }

    public string? End { get; init; }

    public string? Padding { get; init; }

    public string? Unknown { get; init; }

    public bool? AddsBegin { get; init; }

    public bool? AddsEnd { get; init; }

    public bool? AddPrefixSpace { get; init; }

    /// <summary>Whether a tokenizer.model of unigrams puts a space before every stretch between special tokens; false: before the first.</summary>
    public bool? Legacy { get; init; }

    /// <summary>The tokenizer's class without "Fast": "LlamaTokenizer".</summary>
    public string? Class { get; init; }

    /// <summary>Names of "additional_special_tokens".</summary>
    public IReadOnlyList<string> MoreSpecialTokens { get; init; } = [];

    /// <summary>Tokens of "added_tokens_decoder".</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>The file's name, for messages.</summary>
    public string File { get; init; } = "tokenizer_config.json";

    public static TokenizerConfig Read(Stream json, string file)
    {
        using var document = JsonPart.Parse(json, file);
        var root = JsonPart.Root(document, file);
        return new TokenizerConfig
        {
            Begin = ReadToken(root, "bos_token"),
            End = ReadToken(root, "eos_token"),
            Padding = ReadToken(root, "pad_token"),
            Unknown = ReadToken(root, "unk_token"),
            AddsBegin = root.OptionalFlag("add_bos_token"),
            AddsEnd = root.OptionalFlag("add_eos_token"),
            AddPrefixSpace = root.OptionalFlag("add_prefix_space"),
            Legacy = root.OptionalFlag("legacy"),
            Class = ReadClass(root),
            MoreSpecialTokens = root.Optional("additional_special_tokens")?.Items().Select(ReadToken).ToList() ?? [],
            AddedTokens = ReadAddedTokens(root),
            File = file,
        };
    }

    // A token is a string, or an object with its content and flags.
    private static string ReadToken(JsonPart token) => token.IsObject ? token.Text("content") : token.Text();

    private static string? ReadToken(JsonPart root, string name) => root.Optional(name) is { } token ? ReadToken(token) : null;

    private static string? ReadClass(JsonPart root) => root.OptionalText("tokenizer_class") switch
    {
        { } name when name.EndsWith("Fast", StringComparison.Ordinal) => name[..^"Fast".Length],
        var name => name,
    };

    private static List<AddedToken> ReadAddedTokens(JsonPart root)
    {
        var tokens = new List<AddedToken>();
        if (root.Optional("added_tokens_decoder") is not { } decoder)
        {
            return tokens;
        }

        if (!decoder.IsObject)
        {
            throw decoder.Error("expected an object of ids and tokens");
        }

        foreach (var (name, part) in decoder.Members())
        {
            tokens.Add(int.TryParse(name, out var id) && id is >= 0 and <= JsonPart.LargestId
                ? AddedToken.Read(part, id)
                : throw part.Error($"expected an id from 0 to {JsonPart.LargestId} as the name"));
        }

        return tokens;
    }
}
