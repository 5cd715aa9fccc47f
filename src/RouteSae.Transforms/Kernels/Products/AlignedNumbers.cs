namespace RouteSae.Kernels.Products;

/// <summary>
/// Numbers at a fixed address on a cache line's boundary, zero at first. The garbage collector frees them: who uses <see cref="Data"/>
/// keeps this object alive.
/// </summary>
/// <typeparam name="T">The number.</typeparam>
internal sealed unsafe class AlignedNumbers<T>
    where T : unmanaged
{
    private const int CacheLine = 64;

    private readonly T[] _numbers;

    public AlignedNumbers(long count)
    {
        Count = count;
        _numbers = GC.AllocateArray<T>(checked((int)(count + CacheLine / sizeof(T))), pinned: true);
        fixed (T* start = _numbers)
        {
            Data = (T*)(((nuint)start + CacheLine - 1) & ~(nuint)(CacheLine - 1));
        }
    }

    public long Count { get; }

    public T* Data { get; }

    public Span<T> Span => new(Data, checked((int)Count));
}
