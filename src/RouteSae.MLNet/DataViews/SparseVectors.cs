using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>Feature vectors as ML.NET's sparse buffers.</summary>
internal static class SparseVectors
{
    /// <summary>Writes a vector into a buffer, whose arrays are reused where they are long enough.</summary>
    public static void CopyTo(this FeatureVector vector, int length, ref VBuffer<float> target)
    {
        var editor = VBufferEditor.Create(ref target, length, vector.Indices.Length);
        vector.Values.AsSpan().CopyTo(editor.Values);
        if (vector.Indices.Length < length)
        {
            // A buffer with every slot is dense and has no indices.
            vector.Indices.AsSpan().CopyTo(editor.Indices);
        }

        target = editor.Commit();
    }
}
