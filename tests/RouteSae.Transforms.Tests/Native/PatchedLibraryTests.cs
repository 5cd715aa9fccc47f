using FluentAssertions;
using RouteSae.Native;

namespace RouteSae.Tests.Native;

public sealed class PatchedLibraryTests
{
    private static readonly string Library = Path.Combine(ProbeApplication.NativeFolder, "libLibTorchSharp.so");

    [LinuxFact]
    public void Only_the_weak_flag_of_one_version_changes()
    {
        var original = File.ReadAllBytes(Library);
        var image = (byte[])original.Clone();

        PatchedLibrary.Weaken(image, "x.so").Should().BeTrue();

        var changed = Enumerable.Range(0, image.Length).Where(i => image[i] != original[i]).ToList();
        changed.Should().ContainSingle();
        image[changed[0]].Should().Be((byte)(original[changed[0]] | 2));
    }

    [LinuxFact]
    public void A_weakened_library_stays_as_it_is()
    {
        var once = File.ReadAllBytes(Library);
        PatchedLibrary.Weaken(once, "x.so");
        var twice = (byte[])once.Clone();

        PatchedLibrary.Weaken(twice, "x.so").Should().BeTrue();
        twice.AsSpan().SequenceEqual(once).Should().BeTrue();
    }

    [LinuxFact]
    public void A_library_without_the_version_is_left_alone()
    {
        var original = File.ReadAllBytes(Path.Combine(ProbeApplication.NativeFolder, "libc10.so"));
        var image = (byte[])original.Clone();

        PatchedLibrary.Weaken(image, "libc10.so").Should().BeFalse();
        image.AsSpan().SequenceEqual(original).Should().BeTrue();
    }

    [LinuxFact]
    public void A_library_that_needs_the_version_for_more_than_the_marker_is_refused()
    {
        const uint SymbolVersions = 0x6fffffff;
        var image = File.ReadAllBytes(Library);
        var file = new ElfFile(image, "x.so");
        var need = ElfVersionNeed.Find(file, PatchedLibrary.Version)!;
        var table = file.Sections.Single(section => section.Type == SymbolVersions);
        var tenth = table.Offset + 20;
        BitConverter.TryWriteBytes(image.AsSpan((int)tenth), need.Index).Should().BeTrue();

        var weaken = () => PatchedLibrary.Weaken(image, "x.so");

        weaken.Should().Throw<BadImageFormatException>().WithMessage("x.so needs GLIBCXX_3.4.32 for the symbol ?* as well and cannot be repaired.");
    }

    [LinuxFact]
    public void A_truncated_library_is_rejected_wherever_it_ends()
    {
        var image = File.ReadAllBytes(Library);
        var lengths = Enumerable.Range(0, 200).Concat(Enumerable.Range(1, 50).Select(i => i * (image.Length - 1) / 50));
        foreach (var length in lengths)
        {
            var weaken = () => PatchedLibrary.Weaken(image[..length], "x.so");
            weaken.Should().Throw<BadImageFormatException>($"{length} bytes are not the whole file").WithMessage("x.so is not a readable library: *");
        }
    }

    [LinuxFact]
    public void Random_damage_is_an_error_or_harmless_and_never_a_crash()
    {
        var original = File.ReadAllBytes(Library);
        var header = 64;
        var sections = (int)BitConverter.ToInt64(original, 0x28);
        var versions = (int)new ElfFile(original, "x.so").Sections.Single(section => section.Type == 0x6ffffffe).Offset;
        var random = new Random(7);
        var image = (byte[])original.Clone();
        var rejected = 0;
        for (var round = 0; round < 3000; round++)
        {
            var position = (round % 3) switch
            {
                0 => random.Next(header),
                1 => sections + random.Next(original.Length - sections),
                _ => versions + random.Next(0x220),
            };
            image[position] = (byte)random.Next(256);
            try
            {
                PatchedLibrary.Weaken(image, "x.so");
            }
            catch (BadImageFormatException)
            {
                rejected++;
            }

            image[position] = original[position];
        }

        rejected.Should().BeGreaterThan(100);
    }
}
