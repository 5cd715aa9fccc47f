using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class TokenizerErrorTests
{
    private const string File = "tokenizer.json of tiny";
    private const string Model = """{"type":"BPE","vocab":{"a":0},"merges":[]}""";

    [Theory]
    [InlineData("""{"model":{"type":"Neural","vocab":{}}}""", "model: the model 'Neural' is not supported. Supported: BPE, Unigram, WordLevel, WordPiece.")]
    [InlineData("""{"model":{"vocab":{}}}""", "model: the model 'of unknown type' is not supported. Supported: BPE, Unigram, WordLevel, WordPiece.")]
    [InlineData("""{"normalizer":{"type":"Upper"},"model":MODEL}""", "normalizer: the normalizer 'Upper' is not supported. Supported: BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents.")]
    [InlineData("""{"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"NFX"}]},"model":MODEL}""", "normalizer.normalizers[1]: the normalizer 'NFX' is not supported. Supported: BertNormalizer, *")]
    [InlineData("""{"pre_tokenizer":{"type":"Words"},"model":MODEL}""", "pre_tokenizer: the pre-tokenizer 'Words' is not supported. Supported: BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Sequence, Split, UnicodeScripts, Whitespace, WhitespaceSplit.")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"Cut"},"model":MODEL}""", "pre_tokenizer.behavior: the behavior 'Cut' is not supported. Supported: Isolated, Removed, MergedWithPrevious, MergedWithNext, Contiguous.")]
    [InlineData("""{"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"last"},"model":MODEL}""", "pre_tokenizer: the prepend_scheme 'last' is not supported. Supported: always, first, never.")]
    [InlineData("""{"post_processor":{"type":"Pairs"},"model":MODEL}""", "post_processor: the post-processor 'Pairs' is not supported. Supported: BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing.")]
    [InlineData("""{"decoder":{"type":"Sequence","decoders":[{"type":"Sum"}]},"model":MODEL}""", "decoder.decoders[0]: the decoder 'Sum' is not supported. Supported: BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece.")]
    [InlineData("""{"model":{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}}""", "model: the dropout 0.1 is not supported. Supported: none: features of a text must not be random.")]
    public void An_unsupported_component_is_named_with_what_is_supported(string json, string message)
    {
        var load = () => TinyTokenizer.LoadJson(json.Replace("MODEL", Model));
        load.Should().Throw<NotSupportedException>().WithMessage($"{File}, {message}");
    }

    [Theory]
    [InlineData(@"(a)\1", @"'\1' is not translated")]
    [InlineData(@"\p{Klingon}+", "the property 'Klingon' is not known")]
    [InlineData("(?x:a )", "the group '(?x:' is not translated")]
    [InlineData("a{2}?", "an optional exact repetition is not translated")]
    [InlineData("[[:upper:]]", "the class '[:upper:]' is not translated")]
    [InlineData("[z-a]", "a range goes backwards")]
    [InlineData("(a", "a ')' is missing")]
    [InlineData("a)", "a ')' has no '('")]
    [InlineData("[ab", "it ends too early")]
    public void An_expression_that_is_not_translated_is_named(string expression, string reason)
    {
        var load = () => TinyTokenizer.Load(new
        {
            pre_tokenizer = new { type = "Split", pattern = new { Regex = expression }, behavior = "Isolated" },
            model = TinyTokenizer.Characters("a"),
        });
        load.Should().Throw<NotSupportedException>().WithMessage(
            $"{File}, pre_tokenizer.pattern: the expression '{expression}' ({reason}) is not supported. "
            + "Supported: Oniguruma's expressions of characters, classes, groups, alternatives, repetitions and lookaround.");
    }

    [Theory]
    [InlineData("[]", ": expected an object.")]
    [InlineData("{}", ": 'model' is missing.")]
    [InlineData("""{"model":{"type":"BPE","merges":[]}}""", ", model: 'vocab' is missing.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0}}}""", ", model: 'merges' is missing.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]}}""", ", model.vocab: the vocabulary is empty.")]
    [InlineData("""{"model":{"type":"BPE","vocab":[],"merges":[]}}""", ", model.vocab: expected an object of tokens and ids.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", ", model.vocab['a']: expected an integer from 0.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}""", ", model.vocab['b']: the id 0 is also that of 'a'.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", """, model.merges[0]: the merge "a b" needs the token 'b', which is not in the vocabulary.""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a"]}}""", """, model.merges[0]: the merge "a a" needs the token 'aa', which is not in the vocabulary.""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""", ", model.merges[0]: a merge must name two tokens.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":{}}}""", ", model.merges: expected an array.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{}}""", ", normalizer: 'type' is missing.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{"type":1}}""", ", normalizer.type: expected a string.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":1}]}""", ", added_tokens[0]: 'content' is missing.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":1,"content":"\ud800"}]}""", " is not valid JSON: $.added_tokens[0].content is not valid Unicode: it holds half a surrogate pair.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""", " is not valid JSON: A name in $.model.vocab is not valid Unicode: it holds half a surrogate pair.")]
    [InlineData("""{"model":{"type":"BPE","continuing_subword_prefix":"##","vocab":{"a":0,"b":1},"merges":["a b"]}}""", ", model.merges[0]: 'b' does not begin with the continuing_subword_prefix '##'.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[]}}""", ", model.vocab: the vocabulary is empty.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a"]]}}""", ", model.vocab[0]: expected a token and its score.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a","b"]]}}""", ", model.vocab[0][1]: expected a number.")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":1,"vocab":[["a",0]]}}""", ", model.unk_id: the vocabulary has only 1 tokens.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]]},"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAA!"}}""", ", normalizer.precompiled_charsmap: this is no character map in base64.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]]},"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAEAAA=="}}""", ", normalizer.precompiled_charsmap: this is no character map in base64.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]]},"pre_tokenizer":{"type":"FixedLength","length":0}}""", ", pre_tokenizer.length: expected an integer from 1.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]]},"pre_tokenizer":{"type":"CharDelimiterSplit","delimiter":"ab"}}""", ", pre_tokenizer.delimiter: 'ab' is not one character.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]]},"post_processor":{"type":"BertProcessing","sep":["a"],"cls":["a",0]}}""", ", post_processor.sep: expected a token and its id.")]
    public void A_malformed_file_is_named_with_the_place(string json, string message)
    {
        var load = () => TinyTokenizer.LoadJson(json);
        load.Should().Throw<TokenizerFormatException>().WithMessage(File + message);
    }

    [Theory]
    [InlineData(null, "ab\u00E9", "\u00E9")]
    [InlineData("ByteLevel", "ab!", "!")]
    public void An_unk_token_that_the_vocabulary_lacks_fails_at_the_first_unknown_character(string? preTokenizer, string text, string character)
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            pre_tokenizer = preTokenizer is null ? null : new { type = preTokenizer, add_prefix_space = false },
            model = new { type = "BPE", unk_token = "<unk>", vocab = TinyTokenizer.Vocabulary("a", "b"), merges = Array.Empty<string>() },
        });
        tokenizer.Encode("ab").Ids.Should().Equal(0, 1);
        var encode = () => tokenizer.Encode(text);
        encode.Should().Throw<TokenizerFormatException>().WithMessage(
            $"The text has the character '{character}', which the tokenizer's vocabulary lacks, as it lacks the unk_token '<unk>'. "
            + "Add either to model.vocab of tokenizer.json, or leave the character out of the text.");
    }

    [Fact]
    public void Text_that_is_not_json_is_named_with_the_file()
    {
        var load = () => TinyTokenizer.LoadJson("{\"model\":");
        load.Should().Throw<TokenizerFormatException>().WithMessage($"{File} is not valid JSON: *");
        load = () => TinyTokenizer.LoadJson($$"""{"model":{{Model}}}""", "nothing");
        load.Should().Throw<TokenizerFormatException>().WithMessage("tokenizer_config.json of tiny is not valid JSON: *");
    }

    [Fact]
    public void A_folder_without_a_tokenizer_says_how_to_get_one()
    {
        var folder = RepositoryFiles.Golden("sae");
        var load = () => TextTokenizer.Load(folder);
        load.Should().Throw<FileNotFoundException>().WithMessage(
            $"There is no tokenizer.json in '{folder}', nor a tokenizer.model, nor a vocab.json with merges.txt. Save the tokenizer with Hugging Face's save_pretrained, which writes one of them.");
    }
}
