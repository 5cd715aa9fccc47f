using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Tokens;

/// <summary>Expressions in Oniguruma's syntax. Every word is unknown and fused, so that each token shows one word.</summary>
public sealed class ExpressionTests
{
    private const string Cl100k =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";

    private const string O200k =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string DeepSeek3 =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData(Cl100k, "It'S  a test, 12345!!\n\n x", "It|'S| | a| test|,| |123|45|!!\n\n| x")]
    [InlineData(Cl100k, "a\n\nb", "a|\n\n|b")]
    [InlineData(O200k, "HelloWORLDs don't É\u0301a", "Hello|WORLDs| don't| É\u0301a")]
    [InlineData(DeepSeek3, "x .net?y-z e\u0301 $5", "x| .|net|?y|-z| e\u0301| $|5")]
    [InlineData(Cl100k, "'\u017F", "'\u017F")]
    [InlineData(Cl100k, "𝒜b 😀😀\n𝟘𝟙𝟚𝟛", "𝒜b| 😀😀\n|𝟘𝟙𝟚|𝟛")]
    [InlineData(O200k, "𐐀𐐨𐐨𐐀", "𐐀𐐨𐐨|𐐀")]
    public void Expressions_of_published_checkpoints_split_as_there(string expression, string text, string words) =>
        Split(expression, text).Should().Be(words);

    [Theory]
    [InlineData(@"[𐐀-𐑏a]+", "x𐐀a𐑏😀𐐀", "x|𐐀a𐑏|😀|𐐀")]
    [InlineData(@"[^😀]", "😀😀a😁", "😀😀|a|😁")]
    [InlineData(@"😀", "a😀😁", "a|😀|😁")]
    [InlineData("\uE000+", "\uE000\uE000\uE001𝒜", "\uE000\uE000|\uE001𝒜")]
    [InlineData(@"\p{Han}+", "ab中文𠀀かな", "ab|中文𠀀|かな")]
    [InlineData(@"\p{Hiragana}", "aか", "a|か")]
    public void Sets_reach_beyond_the_basic_plane(string expression, string text, string words) => Split(expression, text).Should().Be(words);

    [Theory]
    [InlineData(@"\s+$", "a  \nb \n", "a|  |\nb| \n")]
    [InlineData(@"^b", "b\nb\n", "b|\n|b|\n")]
    [InlineData(@"a.b", "a\nb a.b", "a\nb |a.b")]
    [InlineData(@"(?m:a.b)", "a\nb", "a\nb")]
    [InlineData(@"a{,2}b", "aaab", "a|aab")]
    [InlineData(@"a{1,2}+", "aaaaa", "aaaaa")]
    [InlineData(@"a{x}", "aa{x}", "a|a{x}")]
    [InlineData(@"[[:space:]x&&[^\n]]+", "x \nx", "x |\n|x")]
    [InlineData(@"[a-c&&[b-d]]", "abcd", "a|b|c|d")]
    [InlineData(@"[]a]+", "]ab", "]a|b")]
    [InlineData(@"[\w-]+", "a-_!é", "a-_|!|é")]
    [InlineData(@"\h+", "xAf09g", "x|Af09|g")]
    [InlineData(@"\bcat\b", "cat concat cat", "cat| concat |cat")]
    [InlineData(@"(?<word>a)(?#note)b", "xab", "x|ab")]
    [InlineData(@"(?<=x)a|b(?!c)", "axabcb", "ax|a|bc|b")]
    [InlineData(@"(?i)straSSe|k", "STRASSEKx\u212A", "STRASSE|K|x|\u212A")]
    [InlineData(@"\x41|\x{1F600}|\u0042|\t", "AxB😀\ty", "A|x|B|😀|\t|y")]
    [InlineData(@"\P{L}+|\p{^N}", "a1!", "a|1!")]
    [InlineData(@"\R", "a\r\nb\u2028c", "a|\r\n|b|\u2028|c")]
    [InlineData(@"(?>a+)b|a", "aaab", "aaab")]
    [InlineData(@"a++a|b", "aab", "aa|b")]
    [InlineData(@"\w+|[^\w\s]+", "10² a½b ³¹¼¾-", "10²| |a½b| |³¹¼¾|-")]
    [InlineData(@"\W", "a²b-", "a²b|-")]
    [InlineData(@"\b-", "²-", "²|-")]
    [InlineData(@"\B²", "a²", "a|²")]
    [InlineData(@"[\w]+", "10²", "10|²")]
    [InlineData(@"[^\w]", "10²", "10|²")]
    [InlineData(@"\p{Word}+", "10²", "10|²")]
    [InlineData(@"(?i:\p{Lu}+)", "aBC-", "a|BC|-")]
    [InlineData(@"(?i:\P{Ll}+)", "aBC-", "a|BC-")]
    [InlineData(@"(?i:[\p{Lu}]+)", "aBC-", "aBC|-")]
    [InlineData(@"(?i:\x41+)", "aA-", "aA|-")]
    public void Oniguruma_is_translated(string expression, string text, string words) => Split(expression, text).Should().Be(words);

    [Theory]
    [InlineData(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public void Without_special_syntax_dotnet_splits_the_same(string expression)
    {
        // An empty group keeps the expression from being one that is compiled with the library.
        var random = new Random(1);
        string[] fragments = ["a", "Zé", " ", "  ", "\n", "\r\n", "1", "½", "_", "-", "'s", "\u00A0", "中", "\u0301", "ا", "\u2167", "!?"];
        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(random.GetItems(fragments, random.Next(1, 20)));
            var expected = Regex.Matches(text, expression).Select(match => match.Value);
            Split($"(?:){expression}", text).Should().Be(string.Join('|', expected));
        }
    }

    private static string Split(string expression, string text)
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            pre_tokenizer = new { type = "Split", pattern = new { Regex = expression }, behavior = "Isolated" },
            model = new { type = "BPE", unk_token = "<unk>", fuse_unk = true, vocab = TinyTokenizer.Vocabulary("<unk>"), merges = Array.Empty<string>() },
        });
        return string.Join('|', tokenizer.Encode(text).Spans.Select(span => text.Substring(span.Start, span.Length)));
    }
}
