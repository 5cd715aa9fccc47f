using System.Runtime.Versioning;
using FluentAssertions;
using RouteSae.Native;

namespace RouteSae.Tests.Native;

[SupportedOSPlatform("linux")]
public sealed class PatchedLibraryCacheTests
{
    private static readonly string Library = Path.Combine(ProbeApplication.NativeFolder, "libLibTorchSharp.so");

    [LinuxFact]
    public void A_good_copy_is_kept()
    {
        using var folder = new TemporaryFolder();
        var cache = new PatchedLibraryCache(folder.Path);
        var path = cache.Obtain(Library);
        var written = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, written);

        cache.Obtain(Library).Should().Be(path);

        File.GetLastWriteTimeUtc(path).Should().Be(written);
        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [LinuxFact]
    public void A_link_in_place_of_the_copy_is_replaced_and_its_target_left_alone()
    {
        using var folder = new TemporaryFolder();
        var cache = new PatchedLibraryCache(folder.Path);
        var path = cache.Obtain(Library);
        var target = folder.File("target");
        File.Move(path, target);
        File.CreateSymbolicLink(path, target);

        cache.Obtain(Library).Should().Be(path);

        new FileInfo(path).LinkTarget.Should().BeNull();
        File.Exists(target).Should().BeTrue();
    }

    [LinuxFact]
    public void Another_source_has_another_copy()
    {
        using var folder = new TemporaryFolder();
        var cache = new PatchedLibraryCache(folder.Path);
        var other = folder.File("libLibTorchSharp.so");
        File.WriteAllBytes(other, [.. File.ReadAllBytes(Library), 0]);

        cache.Obtain(other).Should().NotBe(cache.Obtain(Library));
    }

    [LinuxFact]
    public void A_source_that_cannot_be_read_as_a_library_is_reported_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        using var sources = new TemporaryFolder();
        var source = sources.File("libLibTorchSharp.so");
        File.WriteAllText(source, "not a library");

        var obtain = () => new PatchedLibraryCache(folder.Path).Obtain(source);

        obtain.Should().Throw<TorchLoadException>()
            .WithMessage("*libLibTorchSharp.so is not a readable library: it has no 64-bit little-endian ELF header.*");
        Directory.GetFiles(folder.Path).Should().BeEmpty();
    }
}
