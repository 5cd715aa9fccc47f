using System.Globalization;
using System.Text;

namespace RouteSae.Tokens.Decoders;

/// <summary>"ByteFallback": reads runs of tokens such as &lt;0xE2&gt; as UTF-8, or as one U+FFFD a byte where they are not.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                bytes.Add(value);
            }
            else
            {
                Flush(bytes, output);
                output.Add(token);
            }
        }

        Flush(bytes, output);
        return output;
    }

    public override string Surface(string token) =>
        ByteOf(token) is { } value ? ReadableBytes.Write([value]) : token;

    private static byte? ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private static void Flush(List<byte> bytes, List<string> output)
    {
        if (bytes.Count == 0)
        {
            return;
        }

        try
        {
            output.Add(Strict.GetString([.. bytes]));
        }
        catch (DecoderFallbackException)
        {
            output.Add(new string('\uFFFD', bytes.Count));
        }

        bytes.Clear();
    }
}
