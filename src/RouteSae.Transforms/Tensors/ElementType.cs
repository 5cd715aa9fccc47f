using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>The element types that safetensors and libtorch share.</summary>
internal sealed record ElementType(string Name, ScalarType Type, int Size)
{
    private static readonly ElementType[] All =
    [
        new("F64", ScalarType.Float64, 8),
        new("F32", ScalarType.Float32, 4),
        new("F16", ScalarType.Float16, 2),
        new("BF16", ScalarType.BFloat16, 2),
        new("I64", ScalarType.Int64, 8),
        new("I32", ScalarType.Int32, 4),
        new("I16", ScalarType.Int16, 2),
        new("I8", ScalarType.Int8, 1),
        new("U8", ScalarType.Byte, 1),
        new("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The supported names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(type => type.Name));

    /// <summary>The type as which the bytes are read. A file may hold any byte where libtorch's Bool allows 0 and 1 only.</summary>
    public ScalarType StorageType => Type == ScalarType.Bool ? ScalarType.Byte : Type;

    public static bool TryFind(string name, [NotNullWhen(true)] out ElementType? type) =>
        (type = Array.Find(All, candidate => candidate.Name == name)) is not null;

    public static bool TryFind(ScalarType scalar, [NotNullWhen(true)] out ElementType? type) =>
        (type = Array.Find(All, candidate => candidate.Type == scalar)) is not null;

    /// <summary>The type of a tensor that a header lists.</summary>
    public static ElementType Of(SafetensorsEntry entry) => Array.Find(All, candidate => candidate.Type == entry.Type)!;
}
