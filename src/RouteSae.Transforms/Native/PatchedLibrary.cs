namespace RouteSae.Native;

/// <summary>
/// Marks TorchSharp's need for the symbol version GLIBCXX_3.4.32 as weak, so that the dynamic linker accepts a
/// libstdc++ without it.
/// </summary>
/// <remarks>
/// The one symbol of that version is a marker that GCC 13 links into every user of &lt;iostream&gt;; nothing calls it,
/// and an older libstdc++ initialises its streams another way. Were there another symbol, the change would only move
/// the failure into the middle of a run, so it is refused.
/// </remarks>
internal static class PatchedLibrary
{
    /// <summary>The symbol version that an older libstdc++ lacks.</summary>
    public const string Version = "GLIBCXX_3.4.32";

    private const string Marker = "_ZSt21ios_base_library_initv";

    /// <summary>Marks the need as weak, in place.</summary>
    /// <param name="image">The whole library file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <returns>False, and the image untouched, if the library does not need that version.</returns>
    /// <exception cref="BadImageFormatException">
    /// The file is not a readable 64-bit library, or needs the version for more than the marker.
    /// </exception>
    public static bool Weaken(byte[] image, string name)
    {
        var file = new ElfFile(image, name);
        if (ElfVersionNeed.Find(file, Version) is not { } need)
        {
            return false;
        }

        var other = ElfVersionNeed.SymbolsOf(file, need).FirstOrDefault(symbol => symbol != Marker);
        if (other is not null)
        {
            throw new BadImageFormatException($"{name} needs {Version} for the symbol {other} as well and cannot be repaired.");
        }

        image[need.FlagsOffset] |= ElfVersionNeed.WeakFlag;
        return true;
    }
}
