using System.Text;

namespace RouteSae.Tools.TinyModel;

/// <summary>The printable stand-ins that byte-level vocabularies use for the 256 bytes (GPT-2's table).</summary>
internal static class ByteLevel
{
    /// <summary>The stand-in of each byte.</summary>
    public static readonly char[] Stand = MakeTable();

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
            text.Append(Stand[b]);
        return text.ToString();
    }

    private static char[] MakeTable()
    {
        var table = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            var printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            table[b] = printable ? (char)b : (char)next++;
        }
        return table;
    }
}
