using System.Text;

namespace RouteSae.Tests.Tokens;

/// <summary>Writes small tokenizer.model files.</summary>
internal static class SentencePieceBytes
{
    public static byte[] Unigram(IEnumerable<(string Text, float Score, int Kind)> pieces, byte[]? characterMap = null) =>
        Model(1, pieces, [.. Field(2, characterMap ?? []), .. Integer(3, 1), .. Integer(4, 1)]);

    public static byte[] BytePairs(IEnumerable<(string Text, float Score, int Kind)> pieces) =>
        Model(2, pieces, [.. Integer(3, 1), .. Integer(4, 0)]);

    private static byte[] Model(int type, IEnumerable<(string Text, float Score, int Kind)> pieces, byte[] normalizer)
    {
        var bytes = new List<byte>();
        foreach (var (text, score, kind) in pieces)
        {
            bytes.AddRange(Field(1, [.. Field(1, Encoding.UTF8.GetBytes(text)), (2 << 3) | 5, .. BitConverter.GetBytes(score), .. Integer(3, kind)]));
        }

        bytes.AddRange(Field(2, [.. Integer(3, type), .. Integer(40, 0), .. Integer(41, 1), .. Integer(42, 2)]));
        bytes.AddRange(Field(3, normalizer));
        return [.. bytes];
    }

    private static byte[] Integer(int field, int value) => [.. Varint(field << 3), .. Varint(value)];

    private static byte[] Field(int field, byte[] value) => [.. Varint((field << 3) | 2), .. Varint(value.Length), .. value];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
