using System.Text.Json;
using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.ML.Tokenizers;
using Xunit;

namespace RouteSae.Tests.Tokens;

/// <summary>
/// Microsoft.ML.Tokenizers as a second opinion, where it supports the same: no characters beyond U+FFFF (its
/// expressions see halves of them) and no very long words.
/// </summary>
public sealed class LibraryAgreementTests
{
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    [SkippableFact]
    public void Byte_level_ids_and_spans_equal_those_of_the_library()
    {
        var ours = GoldenTokenizers.LoadShared("gpt2");
        var library = LoadLibraryGpt2();
        foreach (var text in Texts())
        {
            var encoded = ours.Encode(text);
            var tokens = library.EncodeToTokens(text, out _);
            encoded.Ids.Should().Equal(tokens.Select(token => token.Id), "of {0}", text);
            var starts = tokens.Select(token => token.Offset.Start.Value);
            encoded.Spans.Select(span => span.Start).Should().Equal(starts, "of {0}", text);
        }
    }

    [SkippableFact]
    public void Sentence_piece_ids_equal_those_of_the_library()
    {
        var folder = GoldenTokenizers.SharedFolder("golden", "tok", "llama2");
        var ours = GoldenTokenizers.LoadShared("llama2");
        using var model = File.OpenRead(Path.Combine(folder, "tokenizer.model"));
        var library = SentencePieceTokenizer.Create(model, addBeginningOfSentence: false, addEndOfSentence: false);

        // Of equal merges the library does not take the leftmost as SentencePiece and the golden ids do: "xxx".
        foreach (var text in Texts().Where(text => !Regex.IsMatch(text, @"(.+?)\1\1", RegexOptions.Singleline)))
        {
            ours.Encode(text, addSpecialTokens: false).Ids.Should().Equal(library.EncodeToIds(text), "of {0}", text);
        }
    }

    private static BpeTokenizer LoadLibraryGpt2()
    {
        var folder = GoldenTokenizers.SharedFolder("golden", "tok", "gpt2");
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer.json")));
        var model = json.RootElement.GetProperty("model");
        var vocabulary = model.GetProperty("vocab").EnumerateObject()
            .Select(token => new KeyValuePair<string, int>(token.Name, token.Value.GetInt32()));
        return BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = [.. model.GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!)],
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(new Regex(Gpt2), null),
        });
    }

    private static IEnumerable<string> Texts()
    {
        string[] fragments =
        [
            "the", " river", " Olympics", "ing", " ", "  ", "\n", "\t", "é", "ü", "你好", "Ω", " ا", "ไทย", "1", "42", "2024", "'s", "'ll", "...",
            "—", "_", "x", "Q", "zzz", " antidisestablishmentarianism", "©", "½", "\u200B", "!?", "(", "http://", "e\u0301",
        ];
        var random = new Random(5);
        return Enumerable.Range(0, 300).Select(_ => string.Concat(random.GetItems(fragments, random.Next(0, 30)))).ToList();
    }
}
