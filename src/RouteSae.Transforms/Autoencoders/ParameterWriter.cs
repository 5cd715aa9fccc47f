using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

internal static class ParameterWriter
{
    /// <summary>Writes parameters in stored layout and under stored names.</summary>
    public static void Write(Stream safetensors, IEnumerable<AutoencoderParameter> parameters)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            safetensors,
            parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.ToStored(parameter.Value).cpu())));
    }
}
