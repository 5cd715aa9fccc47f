namespace RouteSae.Native;

/// <summary>One entry of an ELF file's section table.</summary>
/// <param name="Type">What the section holds (sh_type).</param>
/// <param name="Offset">Where it starts in the file, in bytes.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Link">The index of the section that it refers to, e.g. the one with its names.</param>
internal sealed record ElfSection(uint Type, long Offset, long Size, uint Link);
