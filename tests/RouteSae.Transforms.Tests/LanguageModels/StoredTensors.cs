using FluentAssertions;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Changes the tensors of a stored checkpoint.</summary>
internal static class StoredTensors
{
    public static void Remove(string folder, params string[] names) =>
        Edit(folder, tensors => Array.ForEach(names, name => tensors.Remove(name).Should().BeTrue()));

    public static void Edit(string folder, Action<Dictionary<string, Tensor>> edit)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder, "model.safetensors");
        using (var file = SafetensorsFile.Open(path))
        {
            var tensors = file.Names.ToDictionary(name => name, name => file.Load(name).clone());
            edit(tensors);
            SafetensorsWriter.Write(path, tensors);
        }
    }
}
