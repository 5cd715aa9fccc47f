using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>The mean over a text's tokens of what the autoencoder read, [D]: dense.</summary>
internal sealed class RoutedColumn(string name, int hiddenSize) : OutputColumn(name, new VectorDataViewType(NumberDataViewType.Single, hiddenSize))
{
    public override Delegate Getter(Func<TextCodes> current)
    {
        ValueGetter<VBuffer<float>> getter = (ref VBuffer<float> value) =>
        {
            var mean = current().MeanActivation;
            var editor = VBufferEditor.Create(ref value, hiddenSize);
            for (var i = 0; i < hiddenSize; i++)
            {
                editor.Values[i] = mean?[i] ?? 0;
            }

            value = editor.Commit();
        };
        return getter;
    }
}
