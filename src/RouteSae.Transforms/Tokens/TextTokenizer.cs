using RouteSae.Tokens.Files;

namespace RouteSae.Tokens;

/// <summary>
/// The tokenizer of a Hugging Face checkpoint, read from its tokenizer.json and tokenizer_config.json: byte pair
/// encodings over bytes (GPT-2, Llama 3) and over characters as SentencePiece makes them (Llama 2), unigram language
/// models, words and word pieces. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Gives the ids of Hugging Face's tokenizers. "truncation" and "padding" in the file are ignored: cutting and
/// padding belong to whoever makes batches. Of tokenizer_config.json count the special tokens, added_tokens_decoder,
/// add_prefix_space (for a plain ByteLevel pre-tokenizer) and, over the post-processor and for the classes that heed
/// them (Llama, Gemma, Cohere, GPT-NeoX, or none named), add_bos_token and add_eos_token; clean_up_tokenization_spaces
/// does not. A tokenizer.model, or a vocab.json with merges.txt, is read as the transformers library converts it.
/// </remarks>
public sealed class TextTokenizer
{
    private const string TokenizerFile = "tokenizer.json";
    private const string ConfigFile = "tokenizer_config.json";

    private readonly TokenizerPipeline _pipeline;

    private TextTokenizer(TokenizerPipeline pipeline)
    {
        _pipeline = pipeline;
        VocabularySize = pipeline.Added.Ids.Append(pipeline.Model.Vocabulary.LargestId).Max() + 1;
        OwnVocabularySize = pipeline.OwnVocabularySize;
    }

    /// <summary>One more than the largest token id.</summary>
    public int VocabularySize { get; }

    /// <summary>One more than the largest id of a token that is not an added one; 0 without any.</summary>
    internal int OwnVocabularySize { get; }

    /// <summary>The token that begins a text, or null where tokenizer_config.json names none of the vocabulary.</summary>
    public int? BeginOfSequence => _pipeline.BeginOfSequence;

    /// <summary>The token that ends a text, or null where tokenizer_config.json names none of the vocabulary.</summary>
    public int? EndOfSequence => _pipeline.EndOfSequence;

    /// <summary>The token that fills batches up, or null where tokenizer_config.json names none of the vocabulary.</summary>
    public int? Padding => _pipeline.Padding;

    /// <summary>Ids of all tokens that control the model rather than standing for text.</summary>
    public IReadOnlySet<int> SpecialTokens => _pipeline.Added.Special;

    /// <summary>
    /// Loads tokenizer.json and, where there is one, tokenizer_config.json of a folder; without a tokenizer.json its
    /// tokenizer.model, or its vocab.json and merges.txt.
    /// </summary>
    /// <param name="folder">Folder of a checkpoint.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="FileNotFoundException">The folder has none of these.</exception>
    /// <exception cref="TokenizerFormatException">A file is malformed.</exception>
    /// <exception cref="NotSupportedException">The tokenizer has a component that is not supported.</exception>
    public static TextTokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var files = TokenizerFolder.Read(folder);
        using var tokenizer = new MemoryStream(files.Tokenizer);
        using var config = files.Config is null ? null : new MemoryStream(files.Config);
        return Load(tokenizer, config, files.TokenizerPath, files.ConfigPath);
    }

    /// <summary>Loads a tokenizer from streams.</summary>
    /// <param name="tokenizerJson">Content of tokenizer.json.</param>
    /// <param name="tokenizerConfigJson">Content of tokenizer_config.json, or null without one.</param>
    /// <param name="name">What the streams belong to, for messages: a model's or a bundle's name.</param>
    /// <returns>The tokenizer; the streams stay open and are no longer needed.</returns>
    /// <exception cref="TokenizerFormatException">A file is malformed.</exception>
    /// <exception cref="NotSupportedException">The tokenizer has a component that is not supported.</exception>
    public static TextTokenizer Load(Stream tokenizerJson, Stream? tokenizerConfigJson, string name)
    {
        ArgumentNullException.ThrowIfNull(tokenizerJson);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Load(tokenizerJson, tokenizerConfigJson, $"{TokenizerFile} of {name}", $"{ConfigFile} of {name}");
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">Any text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to put the checkpoint's special tokens around the text.</param>
    /// <returns>The tokens and where they stand in <paramref name="text"/>; each id is one that <see cref="TokenText"/> knows.</returns>
    /// <exception cref="TokenizerFormatException">The text has a character or word for which the vocabulary has neither a token nor an unknown one.</exception>
    /// <exception cref="TokenizerLimitException">The tokenizer needs more steps or memory than any text of this length should, or searches for an expression for longer than about 4 s + 4 µs per character.</exception>
    public EncodedText Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new TextEncoder(_pipeline, text).Encode(addSpecialTokens);
    }

    /// <summary>
    /// Encodes a text into a bounded number of tokens with the checkpoint's special tokens around them. A longer text loses its
    /// last tokens and keeps the special ones, as with truncation in Hugging Face's tokenizers.
    /// </summary>
    /// <param name="text">Any text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="maxTokens">The most tokens, special ones included.</param>
    /// <returns>The tokens and where they stand in <paramref name="text"/>.</returns>
    /// <exception cref="TokenizerFormatException">As for <see cref="Encode"/>.</exception>
    /// <exception cref="TokenizerLimitException">As for <see cref="Encode"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The special tokens alone are more than <paramref name="maxTokens"/>.</exception>
    public EncodedText EncodeUpTo(string text, int maxTokens)
    {
        var after = _pipeline.Frame.After.Count;
        var special = _pipeline.Frame.Before.Count + after;
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, special);
        var whole = Encode(text);
        return whole.Ids.Count <= maxTokens
            ? whole
            : new EncodedText(
                [.. whole.Ids.Take(maxTokens - after), .. whole.Ids.TakeLast(after)],
                [.. whole.Spans.Take(maxTokens - after), .. whole.Spans.TakeLast(after)]);
    }

    /// <summary>Turns tokens back into text, as Hugging Face's tokenizers do.</summary>
    /// <param name="ids">Token ids; unknown ones are left out.</param>
    /// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
    /// <returns>The text; bytes that are no UTF-8 become U+FFFD.</returns>
    /// <exception cref="TokenizerLimitException">The decoder multiplies its tokens, or takes too long.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var tokens = new List<string>();
        foreach (var id in ids)
        {
            var token = _pipeline.Added.Normalized(id) ?? _pipeline.Model.Vocabulary.Token(id);
            if (token is not null && !(skipSpecialTokens && SpecialTokens.Contains(id)))
            {
                tokens.Add(token);
            }
        }

        return Join(tokens);
    }

    /// <summary>One token for a person to read: " Olympics", "\n", "&lt;s&gt;"; incomplete characters as &lt;0xE2&gt;.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>The token's text with its leading space.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public string TokenText(int id)
    {
        if (_pipeline.Added.Content(id) is { } content)
        {
            return content;
        }

        var token = VocabularyToken(id);
        return _pipeline.Decoder?.Surface(token) ?? token;
    }

    /// <summary>One token as the vocabulary writes it: "ĠOlympics", where <see cref="TokenText"/> gives " Olympics".</summary>
    internal string VocabularyToken(int id) =>
        _pipeline.Added.Content(id) ?? _pipeline.Model.Vocabulary.Token(id) ?? throw new ArgumentOutOfRangeException(
            nameof(id), id, $"No token has the id {id}. Ids go from 0 to {VocabularySize - 1}.");

    /// <summary>The text of tokens as the vocabulary writes them; one that it does not hold may be among them.</summary>
    internal string Join(IReadOnlyList<string> tokens) =>
        _pipeline.Decoder is { } decoder ? string.Concat(decoder.Decode(tokens)) : string.Join(' ', tokens);

    private static TextTokenizer Load(Stream tokenizer, Stream? config, string tokenizerName, string configName)
    {
        var settings = config is null ? TokenizerConfig.Empty : TokenizerConfig.Read(config, configName);
        return new TextTokenizer(TokenizerReader.Read(tokenizer, tokenizerName, settings));
    }
}
