using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.DataViews;

/// <summary>The sparse, named features.</summary>
internal sealed class FeatureColumn(string name, FeatureSlots slots, IReadOnlyList<string> latentNames)
    : OutputColumn(name, new VectorDataViewType(NumberDataViewType.Single, slots.All.Count), SlotNames.Annotations(slots.Names(latentNames)))
{
    public override Delegate Getter(Func<TextCodes> current)
    {
        var length = Type.Size;
        ValueGetter<VBuffer<float>> getter = (ref VBuffer<float> value) => slots.Vector(current()).CopyTo(length, ref value);
        return getter;
    }
}
