using System.Buffers.Binary;

namespace RouteSae.Tokens.SentencePiece;

/// <summary>Reads the fields of a protocol buffer one after the other.</summary>
/// <param name="data">The message.</param>
/// <param name="file">The file that it is from, for messages.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> data, string file)
{
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>Number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>The value of a field of integers; 0 for others.</summary>
    public long Integer { get; private set; }

    /// <summary>The value of a field of strings, bytes or messages; empty for others.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The value of a field of 32-bit floats; 0 for others.</summary>
    public float Real { get; private set; }

    /// <summary>Reads the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Integer = 0;
        Bytes = default;
        Real = 0;
        var key = Varint();
        Field = (int)(key >> 3);
        switch (key & 7)
        {
            case 0:
                Integer = (long)Varint();
                break;
            case 1:
                Take(sizeof(ulong));
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Real = BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));
                break;
            default:
                throw Damaged();
        }

        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw Damaged();
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private readonly TokenizerFormatException Damaged() =>
        new($"{file} is not a SentencePiece model, or it is damaged: a field {Field} does not end where it should. Copy the file anew.");
}
