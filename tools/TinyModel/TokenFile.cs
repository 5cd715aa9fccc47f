using System.Runtime.InteropServices;
using RouteSae.Files;

namespace RouteSae.Tools.TinyModel;

/// <summary>Token ids as 16-bit numbers, nothing else.</summary>
internal static class TokenFile
{
    public static void Write(string path, List<ushort> tokens) =>
        AtomicFile.Write(path, stream => stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(tokens))));

    public static ushort[] Read(string path) => MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(path)).ToArray();
}
