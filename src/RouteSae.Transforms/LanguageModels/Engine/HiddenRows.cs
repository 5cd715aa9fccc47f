namespace RouteSae.LanguageModels.Engine;

/// <summary>Rows of a hidden state in the engine's memory.</summary>
internal readonly unsafe ref struct HiddenRows(float* data, int count, int width, int stride)
{
    /// <summary>Tokens.</summary>
    public int Count => count;

    /// <summary>D.</summary>
    public int Width => width;

    /// <summary>Numbers from one row to the next; those behind the width are 0.</summary>
    public int Stride => stride;

    /// <summary>The first row, on a cache line's boundary.</summary>
    public float* Data => data;

    public ReadOnlySpan<float> this[int row] => new(data + (long)row * stride, width);
}
