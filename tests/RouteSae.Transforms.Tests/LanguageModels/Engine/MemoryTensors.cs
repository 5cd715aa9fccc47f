using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>Tensors in memory as a checkpoint.</summary>
internal sealed class MemoryTensors(Dictionary<string, Tensor> tensors) : ITensorSource
{
    public string Location => "memory";

    public IReadOnlyCollection<string> Names => tensors.Keys;

    public bool Contains(string name) => tensors.ContainsKey(name);

    public SafetensorsEntry Entry(string name) => new(name, tensors[name].dtype, tensors[name].shape, 0, tensors[name].NumberOfElements * tensors[name].ElementSize);

    public Tensor Load(string name, ScalarType? type = null, Device? device = null) => tensors[name].to_type(type ?? tensors[name].dtype, copy: true);

    public void CopyRows(string name, long firstRow, Tensor target)
    {
        using var rows = tensors[name].narrow(0, firstRow, target.shape[0]);
        target.copy_(rows);
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
