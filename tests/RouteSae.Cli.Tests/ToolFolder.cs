using RouteSae.Native;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Cli.Tests;

/// <summary>A folder for what the tool reads and writes.</summary>
internal sealed class ToolFolder : IDisposable
{
    static ToolFolder() => TorchRuntime.EnsureLoaded();

    private readonly string _path = Directory.CreateTempSubdirectory("routesae-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public int Files => Directory.GetFiles(_path).Length;

    /// <summary>A safetensors file of these tensors.</summary>
    public string Write(string name, params (string Name, Tensor Tensor)[] tensors)
    {
        SafetensorsWriter.Write(this[name], tensors.Select(tensor => KeyValuePair.Create(tensor.Name, tensor.Tensor)));
        return this[name];
    }

    public string WriteLines(string name, params string[] lines)
    {
        File.WriteAllLines(this[name], lines);
        return this[name];
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
