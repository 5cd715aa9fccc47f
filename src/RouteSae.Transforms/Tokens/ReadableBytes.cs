using System.Text;

namespace RouteSae.Tokens;

/// <summary>Writes bytes for a person: whole characters as they are, the others as &lt;0xE2&gt;.</summary>
internal static class ReadableBytes
{
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var value in bytes[..consumed])
                {
                    text.Append($"<0x{value:X2}>");
                }
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }
}
