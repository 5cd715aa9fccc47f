using FluentAssertions;
using RouteSae.Files;
using Xunit;

namespace RouteSae.Tests.Files;

public sealed class AtomicFileTests
{
    [Fact]
    public void A_file_is_created_and_replaced()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x");

        AtomicFile.WriteText(path, "first, longer");
        AtomicFile.Write(path, stream => stream.Write("zweité"u8));

        File.ReadAllText(path).Should().Be("zweité");
        Directory.GetFiles(folder.Path).Should().Equal(path);
    }

    [Fact]
    public void Text_has_no_byte_order_mark()
    {
        using var folder = new TemporaryFolder();

        AtomicFile.WriteText(folder.File("x"), "é");

        File.ReadAllBytes(folder.File("x")).Should().Equal(0xC3, 0xA9);
    }

    [Fact]
    public void A_failure_leaves_the_old_content_and_no_rubbish()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x");
        File.WriteAllText(path, "old");
        var write = () => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException("out of ideas");
        });

        write.Should().Throw<InvalidOperationException>().WithMessage("out of ideas");

        File.ReadAllText(path).Should().Be("old");
        Directory.GetFiles(folder.Path).Should().Equal(path);
    }

    [Fact]
    public void The_target_does_not_change_before_the_content_is_complete()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x");
        File.WriteAllText(path, "old");

        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            File.ReadAllText(path).Should().Be("old");
        });

        File.ReadAllText(path).Should().Be("new");
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_an_error()
    {
        using var folder = new TemporaryFolder();

        FluentActions.Invoking(() => AtomicFile.WriteText(folder.File("none", "x"), "")).Should().Throw<DirectoryNotFoundException>();
    }

    [SkippableFact]
    public void Permissions_are_kept_and_a_link_is_replaced()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such permissions.");
        using var folder = new TemporaryFolder();
        var path = folder.File("x");
        File.WriteAllText(path, "old");
#pragma warning disable CA1416 // Skipped there.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(folder.File("link"), path);

        AtomicFile.WriteText(path, "new");
        AtomicFile.WriteText(folder.File("link"), "own");

        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
        File.ReadAllText(path).Should().Be("new");
        new FileInfo(folder.File("link")).LinkTarget.Should().BeNull();
    }
}
