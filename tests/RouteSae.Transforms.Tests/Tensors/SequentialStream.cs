namespace RouteSae.Tests.Tensors;

/// <summary>A stream of unknown length that returns a few bytes at a time and, behind them, so many zeros.</summary>
internal sealed class SequentialStream(byte[] start, long zeros = 0) : Stream
{
    private const int Largest = 100_003;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(Math.Min(buffer.Length, Largest), start.Length + zeros - _position);
        buffer = buffer[..count];
        buffer.Clear();
        if (_position < start.Length)
        {
            var real = start.AsSpan((int)_position);
            real[..Math.Min(count, real.Length)].CopyTo(buffer);
        }

        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
