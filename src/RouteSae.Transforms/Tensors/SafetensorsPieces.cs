using RouteSae.Files;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>The data of a safetensors file that is written in pieces, in any order, so that no tensor need be in memory whole.</summary>
public sealed class SafetensorsPieces
{
    private readonly Stream _stream;
    private readonly string _path;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    private SafetensorsPieces(Stream stream, string path, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, long start)
    {
        (_stream, _path) = (stream, path);
        foreach (var (name, tensor) in tensors)
        {
            _places.Add(name, new Place(start, tensor.NumberOfElements, tensor.dtype, tensor.ElementSize));
            start += tensor.NumberOfElements * tensor.ElementSize;
        }
        stream.SetLength(start);
    }

    /// <summary>Writes a file; it is complete or, after an error, what it was before.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">Names, types and shapes.</param>
    /// <param name="write">Writes every element of every tensor once.</param>
    /// <param name="metadata">Free-form texts for the header.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or a type has no place in the format.</exception>
    /// <exception cref="InvalidOperationException">More or fewer elements of a tensor were written than it has.</exception>
    public static void Write(
        string path,
        IEnumerable<(string Name, ScalarType Type, long[] Shape)> tensors,
        Action<SafetensorsPieces> write,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(write);
        using var scope = NewDisposeScope();
        // One element that stands for all: a header asks for no more than type and shape.
        var header = SafetensorsWriter.Prepare(
            tensors.Select(tensor => KeyValuePair.Create(tensor.Name, zeros(1, tensor.Type).expand(tensor.Shape))), metadata);
        AtomicFile.Write(path, stream =>
        {
            var start = SafetensorsWriter.WriteHeader(stream, header);
            var pieces = new SafetensorsPieces(stream, path, header.Tensors, start);
            write(pieces);
            pieces.ThrowIfIncomplete();
        });
    }

    /// <summary>Writes some elements.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="first">Where they begin, counted in elements in row-major order.</param>
    /// <param name="piece">The elements, of any shape, in row-major order; of another type, they are converted.</param>
    /// <exception cref="ArgumentException">There is no such tensor, or the piece goes beyond its end.</exception>
    public void Write(string name, long first, Tensor piece)
    {
        if (!_places.TryGetValue(name, out var place))
            throw new ArgumentException($"{_path} is to hold no tensor '{name}'.", nameof(name));
        var count = piece.NumberOfElements;
        if (first < 0 || first > place.Elements - count)
            throw new ArgumentException($"{count} elements from {first} on go beyond the {place.Elements} of tensor '{name}' in {_path}.", nameof(first));
        using var converted = piece.detach().to_type(place.Type);
        _stream.Position = place.Start + first * place.ElementSize;
        TensorChunks.VisitRowMajor(converted, _stream.Write);
        place.Written += count;
    }

    private void ThrowIfIncomplete()
    {
        foreach (var (name, place) in _places.Where(place => place.Value.Written != place.Value.Elements))
            throw new InvalidOperationException($"{place.Written} elements of tensor '{name}' in {_path} were written; it has {place.Elements}.");
    }

    private sealed record Place(long Start, long Elements, ScalarType Type, long ElementSize)
    {
        public long Written { get; set; }
    }
}
