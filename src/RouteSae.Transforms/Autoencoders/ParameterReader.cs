using RouteSae.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>Reads parameters by their stored names, from a file or from tensors in memory, and checks their shapes.</summary>
internal sealed class ParameterReader
{
    private readonly Func<string, Tensor> _copy;
    private readonly string _location;
    private readonly string _prefix;

    private ParameterReader(Func<string, Tensor> copy, string location, string prefix)
    {
        _copy = copy;
        _location = location;
        _prefix = prefix;
    }

    public static ParameterReader From(ITensorSource source, Device? device) =>
        new(name => source.Load(name, ScalarType.Float32, device), source.Location, prefix: "");

    public static ParameterReader From(IReadOnlyDictionary<string, Tensor> tensors) =>
        new(name => Copy(tensors, name), "the given tensors", prefix: "");

    /// <summary>The same tensors, seen from within a part of the model: every name gets the prefix.</summary>
    public ParameterReader Within(string prefix) => new(_copy, _location, _prefix + prefix);

    public AutoencoderParameter Read(string name, params long[] shape) => Read(name, isTrained: true, shape);

    public AutoencoderParameter Read(string name, bool isTrained, params long[] shape) => new(_prefix + name, Load(name, shape), isTrained: isTrained);

    public AutoencoderParameter Read(string name, double learningRateFactor, params long[] shape) =>
        new(_prefix + name, Load(name, shape)) { LearningRateFactor = learningRateFactor };

    /// <param name="name">Name without the prefix.</param>
    /// <param name="storedShape">Shape as stored; the parameter's value is the transpose.</param>
    public AutoencoderParameter ReadTransposed(string name, params long[] storedShape)
    {
        using var stored = Load(name, storedShape);
        using var transposed = stored.t();
        return new AutoencoderParameter(_prefix + name, transposed.contiguous(), storedTransposed: true);
    }

    private Tensor Load(string name, long[] shape)
    {
        var tensor = _copy(_prefix + name);
        if (tensor.shape.SequenceEqual(shape))
            return tensor;
        var found = string.Join(", ", tensor.shape);
        tensor.Dispose();
        throw new ArgumentException(
            $"{_prefix}{name} in {_location} has shape [{found}], but the architecture needs [{string.Join(", ", shape)}]. Load it with the architecture it was trained with.");
    }

    private static Tensor Copy(IReadOnlyDictionary<string, Tensor> tensors, string name)
    {
        if (!tensors.TryGetValue(name, out var tensor))
            throw new ArgumentException($"The given tensors lack {name}; they hold {string.Join(", ", tensors.Keys)}.");
        using var detached = tensor.detach();
        return detached.clone();
    }
}
