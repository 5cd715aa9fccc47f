using RouteSae.Kernels.Functions;
using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>Cosines and sines of the first positions, [positions, frequencies]. Immutable.</summary>
internal sealed unsafe class RotaryTable
{
    private readonly AlignedNumbers<float> _cosines;
    private readonly AlignedNumbers<float> _sines;

    public RotaryTable(float[] frequencies, float factor, int positions)
    {
        (Frequencies, Positions) = (frequencies.Length, positions);
        _cosines = new AlignedNumbers<float>((long)positions * Frequencies);
        _sines = new AlignedNumbers<float>((long)positions * Frequencies);
        for (var position = 0; position < positions; position++)
        {
            for (var j = 0; j < Frequencies; j++)
            {
                var (sine, cosine) = ExactTrigonometry.SinCos(position * frequencies[j]);
                _cosines.Data[(long)position * Frequencies + j] = (float)cosine * factor;
                _sines.Data[(long)position * Frequencies + j] = (float)sine * factor;
            }
        }
    }

    /// <summary>Half the numbers of a head that are rotated.</summary>
    public int Frequencies { get; }

    public int Positions { get; }

    public float* Cosines(int position) => _cosines.Data + (long)position * Frequencies;

    public float* Sines(int position) => _sines.Data + (long)position * Frequencies;
}
