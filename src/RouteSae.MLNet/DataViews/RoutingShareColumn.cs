using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>The share of a text's tokens that each hidden state was chosen for, [L].</summary>
internal sealed class RoutingShareColumn(string name, IReadOnlyList<int> hiddenStates)
    : OutputColumn(
        name,
        new VectorDataViewType(NumberDataViewType.Single, hiddenStates.Count),
        SlotNames.Annotations([.. hiddenStates.Select(index => $"hidden state {index}")]))
{
    public override Delegate Getter(Func<TextCodes> current)
    {
        ValueGetter<VBuffer<float>> getter = (ref VBuffer<float> value) =>
        {
            var editor = VBufferEditor.Create(ref value, hiddenStates.Count);
            current().RoutingShare(hiddenStates).CopyTo(editor.Values);
            value = editor.Commit();
        };
        return getter;
    }
}
