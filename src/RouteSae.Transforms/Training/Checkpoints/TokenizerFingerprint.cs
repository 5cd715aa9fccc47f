using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RouteSae.Tokens;

namespace RouteSae.Training.Checkpoints;

internal static class TokenizerFingerprint
{
    private const string Probe = "The Quick brown fox's 1,234 jumps: naïve café – \"hello\"\n\tover dogs… 你好 \u0930\u093e\u092e 🙂 don't STOP";

    /// <summary>A hash of what a tokenizer makes of a text of many kinds of characters, with its sizes and special tokens: tells tokenizers apart that lie in one vocabulary.</summary>
    public static string Of(TextTokenizer tokenizer)
    {
        int[] ids = [.. tokenizer.Encode(Probe, addSpecialTokens: true).Ids, tokenizer.VocabularySize, tokenizer.BeginOfSequence ?? -1, tokenizer.EndOfSequence ?? -1, .. tokenizer.SpecialTokens.Order()];
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan())));
    }
}
