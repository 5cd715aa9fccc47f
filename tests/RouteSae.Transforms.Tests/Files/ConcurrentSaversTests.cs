using FluentAssertions;
using RouteSae.Bundles;
using RouteSae.Files;
using Xunit;

namespace RouteSae.Tests.Files;

/// <summary>Several threads that save to one place at once: none fails, and what is there is always whole.</summary>
public sealed class ConcurrentSaversTests : IDisposable
{
    private const int Savers = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_file()
    {
        var path = _folder.File("file");

        Parallel.For(0, Savers, new ParallelOptions { MaxDegreeOfParallelism = Savers }, saver =>
        {
            var text = new string((char)('a' + saver), 10_000);
            for (var round = 0; round < 100; round++)
            {
                AtomicFile.WriteText(path, text);
                var found = File.ReadAllText(path);
                found.Should().Be(new string(found[0], text.Length));
            }
        });

        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
    }

    [Fact]
    public void One_folder()
    {
        var bundle = SmallBundle.Build();
        var path = _folder.File("bundle");

        Parallel.For(0, Savers, new ParallelOptions { MaxDegreeOfParallelism = Savers }, _ =>
        {
            for (var round = 0; round < 15; round++)
            {
                bundle.Save(path);
            }
        });

        FeatureBundle.Open(path).Manifest.Name.Should().Be("small");
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
    }
}
