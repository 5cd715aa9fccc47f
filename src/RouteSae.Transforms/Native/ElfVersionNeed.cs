namespace RouteSae.Native;

/// <summary>A version of another library's symbols that an ELF library needs (an entry of <c>.gnu.version_r</c>).</summary>
/// <param name="Index">The number by which the symbols refer to it.</param>
/// <param name="FlagsOffset">The file offset of its flags' low byte.</param>
internal sealed record ElfVersionNeed(ushort Index, long FlagsOffset)
{
    /// <summary>VER_FLG_WEAK: the dynamic linker goes on without the version.</summary>
    public const byte WeakFlag = 2;

    private const uint NeedSection = 0x6ffffffe;     // SHT_GNU_verneed
    private const uint SymbolVersions = 0x6fffffff;  // SHT_GNU_versym: a number a symbol
    private const int EntrySize = 16;                // of Elf64_Verneed and of Elf64_Vernaux
    private const int SymbolSize = 24;               // of Elf64_Sym
    private const int NextOffset = 12;               // vn_next and vna_next
    private const ushort HiddenBit = 0x8000;

    /// <summary>The need for a version, or null.</summary>
    /// <exception cref="BadImageFormatException">The table reaches beyond its section.</exception>
    public static ElfVersionNeed? Find(ElfFile file, string version) =>
        file.Sections.Where(section => section.Type == NeedSection)
            .SelectMany(section => Needs(file, section))
            .FirstOrDefault(need => need.Version == version).Need;

    /// <summary>The names of the symbols that carry the version.</summary>
    /// <exception cref="BadImageFormatException">The table reaches beyond its section.</exception>
    public static IEnumerable<string> SymbolsOf(ElfFile file, ElfVersionNeed need)
    {
        foreach (var versions in file.Sections.Where(section => section.Type == SymbolVersions))
        {
            var symbols = file.Section(versions.Link);
            var names = file.Section(symbols.Link);
            for (long index = 0; index < versions.Size / sizeof(ushort); index++)
            {
                if ((file.UInt16(versions.Offset + (index * sizeof(ushort))) & ~HiddenBit) == need.Index)
                {
                    yield return file.String(names, file.UInt32(symbols.Offset + (index * SymbolSize)));
                }
            }
        }
    }

    // A chain of libraries, each with a chain of versions. Offsets are relative and only ever grow, so it ends.
    private static IEnumerable<(string Version, ElfVersionNeed Need)> Needs(ElfFile file, ElfSection section)
    {
        var names = file.Section(section.Link);
        foreach (var library in Chain(file, section, section.Offset))
        {
            foreach (var entry in Chain(file, section, library + file.UInt32(library + 8)))
            {
                yield return (file.String(names, file.UInt32(entry + 8)), new ElfVersionNeed(file.UInt16(entry + 6), entry + 4));
            }
        }
    }

    private static IEnumerable<long> Chain(ElfFile file, ElfSection section, long first)
    {
        for (var entry = first; ;)
        {
            if (entry + EntrySize > section.Offset + section.Size)
            {
                throw file.Malformed("its version table reaches beyond its section");
            }

            yield return entry;
            var next = file.UInt32(entry + NextOffset);
            if (next == 0)
            {
                yield break;
            }

            entry += next;
        }
    }
}
