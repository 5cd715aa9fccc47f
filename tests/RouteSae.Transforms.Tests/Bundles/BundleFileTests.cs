using FluentAssertions;
using RouteSae.Files;
using Xunit;

namespace RouteSae.Tests.Bundles;

public sealed class BundleFileTests
{
    [Fact]
    public void A_file_of_another_length_is_not_read()
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllBytes(temporary.File("weights"), new byte[5]);
        FileStream? opened = null;
        long? read = null;

        var problem = new BundleFile(4, new string('a', 64)).Problem("weights", () => opened = new ObservedFile(temporary.File("weights"), () => read = opened!.Position));

        problem.Should().Be("weights has 5 bytes instead of 4");
        read.Should().Be(0, "its length says enough");
    }

    /// <summary>Tells when it is closed.</summary>
    private sealed class ObservedFile(string path, Action closing) : FileStream(path, FileMode.Open, FileAccess.Read)
    {
        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                closing();
            }

            base.Dispose(disposing);
        }
    }
}
