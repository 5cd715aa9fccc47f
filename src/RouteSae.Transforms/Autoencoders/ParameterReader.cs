using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>Reads parameters by their stored names, from a file or from tensors in memory, and checks their shapes.</summary>
public sealed class ParameterReader
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

    internal static ParameterReader From(ITensorSource source, Device? device) =>
        new(name => source.Load(name, ScalarType.Float32, device), source.Location, prefix: "");

    internal static ParameterReader From(IReadOnlyDictionary<string, Tensor> tensors) =>
        new(name => Copy(tensors, name), "the given tensors", prefix: "");

    /// <summary>The same tensors, seen from within a part of the model: every name gets the prefix.</summary>
    internal ParameterReader Within(string prefix) => new(_copy, _location, _prefix + prefix);

    /// <summary>A parameter that training changes.</summary>
    /// <param name="name">Its stored name.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <exception cref="ArgumentException">It has another shape.</exception>
    public AutoencoderParameter Read(string name, params long[] shape) => Read(name, isTrained: true, shape);

    /// <summary>A parameter, of which training changes the value by gradients or not.</summary>
    /// <param name="name">Its stored name.</param>
    /// <param name="isTrained">Whether gradients change it.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <exception cref="ArgumentException">It has another shape.</exception>
    public AutoencoderParameter Read(string name, bool isTrained, params long[] shape) => new(_prefix + name, Load(name, shape), isTrained: isTrained);

    internal AutoencoderParameter Read(string name, double learningRateFactor, params long[] shape) =>
        new(_prefix + name, Load(name, shape)) { LearningRateFactor = learningRateFactor };

    /// <summary>A matrix whose value is the transpose of what is stored.</summary>
    /// <param name="name">Name without the prefix.</param>
    /// <param name="storedShape">Shape as stored; the parameter's value is the transpose.</param>
    internal AutoencoderParameter ReadTransposed(string name, params long[] storedShape)
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
