namespace RouteSae.Fuzz.Tests;

/// <summary>Damages bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    private static readonly byte[] Telling = [0, 1, 0x7f, 0x80, 0xff, (byte)'"', (byte)'{', (byte)'[', (byte)'-', (byte)'9', (byte)'\\', (byte)'\n'];

    public static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed;
        for (var round = random.Next(1, 4); round > 0; round--)
        {
            bytes = Once(bytes, random);
        }

        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return [(byte)random.Next(256)];
        }

        var at = Place(bytes.Length, random);
        var length = random.Next(1, Math.Min(64, bytes.Length - at) + 1);
        return random.Next(7) switch
        {
            0 => Change(bytes, at, value => (byte)(value ^ (1 << random.Next(8)))),
            1 => Change(bytes, at, _ => Telling[random.Next(Telling.Length)]),
            2 => bytes[..at],
            3 => [.. bytes[..at], .. bytes[(at + length)..]],
            4 => [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]],
            5 => [.. bytes[..at], .. RandomBytes(random, length), .. bytes[at..]],
            _ => Splice(bytes, at, length, random),
        };
    }

    // Half of the places are near the beginning, where headers stand.
    private static int Place(int length, Random random) => random.Next(random.Next(2) == 0 ? length : Math.Min(length, 256));

    private static byte[] Change(byte[] bytes, int at, Func<byte, byte> change)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] = change(changed[at]);
        return changed;
    }

    private static byte[] Splice(byte[] bytes, int at, int length, Random random)
    {
        var changed = (byte[])bytes.Clone();
        var from = random.Next(bytes.Length - length + 1);
        bytes.AsSpan(from, length).CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
