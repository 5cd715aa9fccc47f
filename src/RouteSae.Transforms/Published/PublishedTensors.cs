using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Published;

/// <summary>The tensors of a published autoencoder, checked against what its configuration says. Owns the file.</summary>
/// <param name="file">The weights.</param>
internal sealed class PublishedTensors(ITensorSource file) : IDisposable
{
    private static readonly ScalarType[] Real = [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16];

    private readonly HashSet<string> _read = [];

    public static PublishedTensors Open(string path) => new(SafetensorsFile.Open(path));

    public string Location => file.Location;

    public bool Contains(string name) => file.Contains(name);

    /// <summary>The type in which a tensor is stored.</summary>
    public ScalarType TypeOf(string name) => file.Entry(name).Type;

    /// <summary>Reads a tensor as float32, in the caller's scope.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <exception cref="PublishedFormatException">It is missing, has another shape, or is not of real numbers.</exception>
    public Tensor Read(string name, params long[] shape)
    {
        if (!file.Contains(name))
            throw new PublishedFormatException($"{Location} lacks {name}; it holds {string.Join(", ", file.Names)}.");
        var entry = file.Entry(name);
        if (!entry.Shape.SequenceEqual(shape))
        {
            throw new PublishedFormatException(
                $"{name} in {Location} has shape [{string.Join(", ", entry.Shape)}], but by {PublishedAutoencoder.Config} it must be [{string.Join(", ", shape)}].");
        }

        if (!Real.Contains(entry.Type))
            throw new PublishedFormatException($"{name} in {Location} has type {entry.Type}; weights must be Float64, Float32, Float16 or BFloat16.");
        _read.Add(name);
        return file.Load(name, ScalarType.Float32);
    }

    /// <exception cref="PublishedFormatException">The file holds a tensor that nobody has read: it would change what the autoencoder computes.</exception>
    public void ThrowIfUnread()
    {
        var unread = file.Names.Where(name => !_read.Contains(name)).ToList();
        if (unread.Count > 0)
            throw new PublishedFormatException($"{Location} holds {string.Join(", ", unread)}, which an autoencoder of this kind does not have here: it would compute something else.");
    }

    public void Dispose() => file.Dispose();
}
