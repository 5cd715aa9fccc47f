using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class TokenizerErrorTests
{
    private const string File = "tokenizer.json of tiny";
    private const string Model = """{"type":"BPE","vocab":{"a":0},"merges":[]}""";

    [Theory]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{}}}""", "model: the model 'WordPiece' is not supported. Supported: BPE.")]
    [InlineData("""{"model":{"vocab":{}}}""", "model: the model 'of unknown type' is not supported. Supported: BPE.")]
    [InlineData("""{"normalizer":{"type":"BertNormalizer"},"model":MODEL}""", "normalizer: the normalizer 'BertNormalizer' is not supported. Supported: Prepend, Replace, Sequence.")]
    [InlineData("""{"normalizer":{"type":"Sequence","normalizers":[{"type":"Nmt"}]},"model":MODEL}""", "normalizer.normalizers[0]: the normalizer 'Nmt' is not supported. Supported: Prepend, Replace, Sequence.")]
    [InlineData("""{"pre_tokenizer":{"type":"BertPreTokenizer"},"model":MODEL}""", "pre_tokenizer: the pre-tokenizer 'BertPreTokenizer' is not supported. Supported: ByteLevel, Split, Digits, Metaspace, Sequence.")]
    [InlineData("""{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]},"model":MODEL}""", "pre_tokenizer.pretokenizers[0]: a ByteLevel step before other pre-tokenizers is not supported. Supported: ByteLevel as the last step.")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"Cut"},"model":MODEL}""", "pre_tokenizer.behavior: the behavior 'Cut' is not supported. Supported: Isolated, Removed, MergedWithPrevious, MergedWithNext, Contiguous.")]
    [InlineData("""{"post_processor":{"type":"BertProcessing"},"model":MODEL}""", "post_processor: the post-processor 'BertProcessing' is not supported. Supported: TemplateProcessing, ByteLevel, Sequence.")]
    [InlineData("""{"decoder":{"type":"CTC"},"model":MODEL}""", "decoder: the decoder 'CTC' is not supported. Supported: ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace, Sequence.")]
    [InlineData("""{"model":{"type":"BPE","continuing_subword_prefix":"##","vocab":{"a":0},"merges":[]}}""", "model: the continuing_subword_prefix '##' is not supported. Supported: none.")]
    [InlineData("""{"model":{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}}""", "model: the dropout 0.1 is not supported. Supported: none: features of a text must not be random.")]
    public void An_unsupported_component_is_named_with_what_is_supported(string json, string message)
    {
        var load = () => TinyTokenizer.LoadJson(json.Replace("MODEL", Model));
        load.Should().Throw<NotSupportedException>().WithMessage($"{File}, {message}");
    }

    [Fact]
    public void An_expression_that_dotnet_does_not_understand_is_named()
    {
        var load = () => TinyTokenizer.LoadJson(
            $$$"""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{Han}+"},"behavior":"Isolated"},"model":{{{Model}}}}""");
        load.Should().Throw<NotSupportedException>().WithMessage(
            $@"{File}, pre_tokenizer.pattern: the expression '\p{{Han}}+' (*) is not supported. Supported: expressions that .NET understands, without characters beyond U+FFFF.");
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
    [InlineData("""{"model":{"type":"BPE","unk_token":"<unk>","vocab":{"a":0},"merges":[]}}""", ", model: the unk_token '<unk>' is not in the vocabulary.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{}}""", ", normalizer: 'type' is missing.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{"type":1}}""", ", normalizer.type: expected a string.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":1}]}""", ", added_tokens[0]: 'content' is missing.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":1,"content":"\ud800"}]}""", ", added_tokens[0].content: the string is not valid Unicode.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""", ", model.vocab: a name is not valid Unicode.")]
    public void A_malformed_file_is_named_with_the_place(string json, string message)
    {
        var load = () => TinyTokenizer.LoadJson(json);
        load.Should().Throw<TokenizerFormatException>().WithMessage(File + message);
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
    public void A_folder_without_tokenizer_json_says_how_to_get_one()
    {
        var folder = RepositoryFiles.Golden("sae");
        var load = () => TextTokenizer.Load(folder);
        load.Should().Throw<FileNotFoundException>().WithMessage(
            $"There is no tokenizer.json in '{folder}'. Save the tokenizer with Hugging Face's save_pretrained, which writes it; a tokenizer.model or vocab.json alone is not read.");
    }
}
