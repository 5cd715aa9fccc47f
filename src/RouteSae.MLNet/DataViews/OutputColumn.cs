using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>A column that the transformer adds.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Its type, a vector.</param>
/// <param name="annotations">Its annotations.</param>
internal abstract class OutputColumn(string name, VectorDataViewType type, DataViewSchema.Annotations? annotations = null)
{
    public string Name => name;

    public VectorDataViewType Type => type;

    public DataViewSchema.Annotations? Annotations => annotations;

    /// <summary>A getter of the value that belongs to the codes which <paramref name="current"/> gives when the getter is called.</summary>
    public abstract Delegate Getter(Func<TextCodes> current);
}
