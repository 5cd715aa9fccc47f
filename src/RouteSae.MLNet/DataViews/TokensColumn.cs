using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>The T pooled tokens of a text in readable form: a vector of text of variable length.</summary>
internal sealed class TokensColumn(string name, Func<TextCodes, string[]> tokens) : OutputColumn(name, new VectorDataViewType(TextDataViewType.Instance))
{
    public override Delegate Getter(Func<TextCodes> current)
    {
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            var texts = tokens(current());
            var editor = VBufferEditor.Create(ref value, texts.Length);
            for (var i = 0; i < texts.Length; i++)
            {
                editor.Values[i] = texts[i].AsMemory();
            }

            value = editor.Commit();
        };
        return getter;
    }
}
