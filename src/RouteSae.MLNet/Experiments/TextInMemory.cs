using System.Text;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Experiments;

/// <summary>A text for ML.NET's loaders.</summary>
internal sealed class TextInMemory(string text) : IMultiStreamSource
{
    public int Count => 1;

    public string? GetPathOrNull(int index) => null;

    public Stream Open(int index) => new MemoryStream(Encoding.UTF8.GetBytes(text));

    public TextReader OpenTextReader(int index) => new StringReader(text);
}
