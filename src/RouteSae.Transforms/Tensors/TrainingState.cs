using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>
/// Everything that a training needs to go on as if it had never stopped: tensors and values under names. Each part of the
/// training writes its own, under a prefix. Owns handles to the tensors, not copies: what is written to a file is what they
/// hold at that moment.
/// </summary>
public sealed class TrainingState : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly SortedDictionary<string, Tensor> _tensors;
    private readonly SortedDictionary<string, JsonNode?> _values;
    private readonly string _prefix;

    /// <summary>Begins with nothing.</summary>
    public TrainingState()
        : this("a new state of training", new(StringComparer.Ordinal), new(StringComparer.Ordinal), "")
    {
    }

    private TrainingState(string location, SortedDictionary<string, Tensor> tensors, SortedDictionary<string, JsonNode?> values, string prefix) =>
        (Location, _tensors, _values, _prefix) = (location, tensors, values, prefix);

    /// <summary>The file that the state was read from, for messages.</summary>
    public string Location { get; }

    /// <summary>The same state, seen from within a part of the training: every name gets the prefix. Dispose the whole, not the part.</summary>
    public TrainingState Within(string prefix) => new(Location, _tensors, _values, _prefix + prefix);

    /// <summary>Notes a tensor.</summary>
    /// <param name="name">Printable ASCII, without <c>~</c>.</param>
    /// <param name="tensor">Stays the caller's, who may dispose it, but must not change it before the state is written.</param>
    /// <exception cref="ArgumentException">The name is taken or not possible.</exception>
    public void Set(string name, Tensor tensor)
    {
        using var detached = tensor.detach();
        var handle = detached.alias().DetachFromDisposeScope();
        if (IsPossible(_prefix + name) && _tensors.TryAdd(_prefix + name, handle))
            return;
        handle.Dispose();
        throw new ArgumentException($"The state of a training cannot take a tensor called '{_prefix}{name}': the name is taken, or it is not of printable ASCII without '~'.", nameof(name));
    }

    /// <summary>Notes whole numbers, of which there may be many, as a tensor.</summary>
    internal void SetNumbers(string name, int[] numbers)
    {
        using var numbersOfState = tensor(numbers, ScalarType.Int32);
        Set(name, numbersOfState);
    }

    /// <summary>Notes a value: anything that JSON can hold, numbers to their last bit.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Set<T>(string name, T value)
    {
        if (!_values.TryAdd(_prefix + name, JsonSerializer.SerializeToNode(value, Json)))
            throw new ArgumentException($"The state of a training has a value called '{_prefix}{name}' already.", nameof(name));
    }

    /// <summary>A tensor, on the CPU when it comes from a file. It stays the state's.</summary>
    /// <exception cref="SafetensorsFormatException">The state has no tensor of this name.</exception>
    public Tensor Tensor(string name) => _tensors.TryGetValue(_prefix + name, out var tensor)
        ? tensor
        : throw SafetensorsFormatException.In(Location, $"the state of the training lacks the tensor '{_prefix}{name}'");

    /// <summary>Numbers that <see cref="SetNumbers"/> has noted.</summary>
    /// <exception cref="SafetensorsFormatException">The state has no such numbers.</exception>
    internal int[] Numbers(string name)
    {
        var numbers = Tensor(name);
        return numbers.dtype == ScalarType.Int32 && numbers.dim() == 1
            ? numbers.data<int>().ToArray()
            : throw SafetensorsFormatException.In(Location, $"the tensor '{_prefix}{name}' is {Description(numbers)}, not a list of whole numbers");
    }

    /// <summary>Copies a tensor of the state over one of the same type and shape.</summary>
    /// <exception cref="SafetensorsFormatException">The state has no tensor of this name, type and shape.</exception>
    public void CopyTo(string name, Tensor target)
    {
        using var noGradient = no_grad();
        var source = Tensor(name);
        if (source.dtype != target.dtype || !source.shape.SequenceEqual(target.shape))
            throw SafetensorsFormatException.In(
                Location, $"the tensor '{_prefix}{name}' is {Description(source)}, but this training needs {Description(target)}");
        using var detached = target.detach();
        detached.copy_(source);
    }

    /// <summary>A value that is not null.</summary>
    /// <exception cref="SafetensorsFormatException">The state has no value of this name and type, or it is null.</exception>
    internal T Required<T>(string name)
        where T : class =>
        Value<T?>(name) ?? throw SafetensorsFormatException.In(Location, $"the value '{_prefix}{name}' of the state is null");

    /// <summary>A value; null where T allows it.</summary>
    /// <exception cref="SafetensorsFormatException">The state has no value of this name and type.</exception>
    public T Value<T>(string name)
    {
        if (!_values.TryGetValue(_prefix + name, out var node))
            throw SafetensorsFormatException.In(Location, $"the state of the training lacks the value '{_prefix}{name}'");
        try
        {
            return node.Deserialize<T>(Json)!;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or NotSupportedException)
        {
            throw SafetensorsFormatException.In(Location, $"the value '{_prefix}{name}' of the state is {node?.ToJsonString()}, which is no {typeof(T).Name}");
        }
    }

    /// <summary>Writes everything to one safetensors file, which is complete or, after an error, what it was before.</summary>
    public void Write(string path) => TrainingStateFile.Write(path, _tensors, JsonSerializer.Serialize(_values, Json));

    /// <summary>Reads a file that <see cref="Write"/> has written, and checks every byte of it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SafetensorsFormatException">The file is damaged or of another kind.</exception>
    public static TrainingState Read(string path)
    {
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            var values = TrainingStateFile.Read(path, tensors);
            var parsed = JsonSerializer.Deserialize<Dictionary<string, JsonNode?>>(values) ?? throw SafetensorsFormatException.In(path, "its values are null");
            return new TrainingState(path, tensors, new(parsed, StringComparer.Ordinal), "");
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException or EndOfStreamException or ArgumentException)
        {
            Free(tensors);
            throw SafetensorsFormatException.In(path, $"the state of the training cannot be read: {damage.Message}");
        }
        catch
        {
            Free(tensors);
            throw;
        }
    }

    /// <summary>Frees the handles to the tensors.</summary>
    public void Dispose() => Free(_tensors);

    private static void Free(SortedDictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
        tensors.Clear();
    }

    private static bool IsPossible(string name) => name.Length > 0 && name.All(character => character is > ' ' and < '~');

    private static string Description(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]";
}
