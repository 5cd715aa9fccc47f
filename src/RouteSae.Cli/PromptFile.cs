using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Cli;

/// <summary>Token ids and their mask, from a safetensors file. Owns its tensors.</summary>
internal sealed class PromptFile : IDisposable
{
    private const string IdsName = "input_ids";
    private const string MaskName = "attention_mask";

    private PromptFile(Tensor inputIds, Tensor? attentionMask) => (InputIds, AttentionMask) = (inputIds, attentionMask);

    /// <summary>I64 [B, S].</summary>
    public Tensor InputIds { get; }

    /// <summary>I64 [B, S]; null when the file has none, which means that every token counts.</summary>
    public Tensor? AttentionMask { get; }

    /// <exception cref="InvalidDataException">A tensor is missing, or has another type or shape than it must have.</exception>
    public static PromptFile Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.Contains(IdsName))
            throw new InvalidDataException($"{path} has no tensor '{IdsName}' (I64 [rows, tokens]); it holds {string.Join(", ", file.Names.DefaultIfEmpty("nothing"))}.");
        var shape = file.Entry(IdsName).Shape;
        if (shape.Count != 2 || shape.Contains(0))
            throw new InvalidDataException($"{path}: tensor '{IdsName}' has shape [{string.Join(", ", shape)}]; [rows, tokens] is expected, with at least one of each.");
        if (file.Contains(MaskName) && !file.Entry(MaskName).Shape.SequenceEqual(shape))
            throw new InvalidDataException($"{path}: tensor '{MaskName}' has shape [{string.Join(", ", file.Entry(MaskName).Shape)}], but '{IdsName}' has [{string.Join(", ", shape)}].");
        return new PromptFile(Load(file, IdsName), file.Contains(MaskName) ? Load(file, MaskName) : null);
    }

    public void Dispose()
    {
        InputIds.Dispose();
        AttentionMask?.Dispose();
    }

    private static Tensor Load(SafetensorsFile file, string name) => file.Entry(name).Type is ScalarType.Int64 or ScalarType.Int32
        ? file.Load(name, ScalarType.Int64)
        : throw new InvalidDataException($"{file.Location}: tensor '{name}' is of type {file.Entry(name).Type}; I64 is expected.");
}
