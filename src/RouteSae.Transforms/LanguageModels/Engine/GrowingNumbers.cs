using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>Memory that is made anew when it is too small. Its contents are undefined.</summary>
internal sealed unsafe class GrowingNumbers
{
    private AlignedNumbers<float> _numbers = new(0);

    public float* Data => _numbers.Data;

    public float* AtLeast(long count)
    {
        if (_numbers.Count < count)
        {
            _numbers = new AlignedNumbers<float>(Math.Max(count, Math.Min(count + count / 2, Array.MaxLength - 64)));
        }

        return _numbers.Data;
    }
}
