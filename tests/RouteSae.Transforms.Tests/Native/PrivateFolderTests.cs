using System.Diagnostics;
using System.Runtime.Versioning;
using FluentAssertions;
using RouteSae.Native;

namespace RouteSae.Tests.Native;

[SupportedOSPlatform("linux")]
public sealed class PrivateFolderTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [LinuxFact]
    public void A_new_folder_belongs_to_its_owner_alone()
    {
        using var folder = new TemporaryFolder();

        var path = PrivateFolder.Ensure(folder.File("native"));

        File.GetUnixFileMode(path).Should().Be(OwnerOnly);
        PrivateFolder.Ensure(path).Should().Be(path);
    }

    [LinuxFact]
    public void A_folder_that_the_group_can_write_to_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, OwnerOnly | UnixFileMode.GroupWrite);

        Refused(folder.Path).WithMessage("*others can write to it; correct it with: chmod 700*");
    }

    [LinuxFact]
    public void A_link_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("target"), OwnerOnly);
        Directory.CreateSymbolicLink(folder.File("link"), folder.File("target"));

        Refused(folder.File("link")).WithMessage("*it is a link or not a folder*");
    }

    [LinuxFact]
    public void A_folder_of_someone_else_is_refused()
    {
        using var folder = new TemporaryFolder();
        var foreign = Libc.EffectiveUser() == 0 ? GiveAway(folder.File("foreign")) : "/usr";

        Refused(foreign).WithMessage("*it belongs to user *, and this process runs as user *");
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<TorchLoadException> Refused(string path) =>
        FluentActions.Invoking(() => PrivateFolder.Ensure(path)).Should().Throw<TorchLoadException>();

    private static string GiveAway(string path)
    {
        Directory.CreateDirectory(path, OwnerOnly);
        using var process = Process.Start("chown", ["12345", path]);
        process.WaitForExit();
        return path;
    }
}
