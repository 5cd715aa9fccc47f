using FluentAssertions;
using RouteSae.Tensors;
using RouteSae.Tests.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Tensors;

public sealed class SafetensorsLifetimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _path;

    public SafetensorsLifetimeTests()
    {
        _path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(_path, new Dictionary<string, Tensor>
        {
            ["a"] = arange(100_000, ScalarType.Float32).view(1000, 100),
            ["b"] = arange(10, ScalarType.Float32),
            ["ids"] = arange(5, ScalarType.Int64),
            ["mask"] = tensor(new[] { true, false }),
        });
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Tensors_outlive_the_source_and_even_the_file()
    {
        Tensor a;
        using (var file = SafetensorsFile.Open(_path))
        {
            a = file.Load("a");
        }

        File.Delete(_path);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        a.equal(arange(100_000, ScalarType.Float32).view(1000, 100)).all().item<bool>().Should().BeTrue();
    }

    [LinuxFact]
    public void A_file_is_mapped_as_long_as_one_of_its_tensors_lives()
    {
        var path = _folder.File("größe 1", "x.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(_path, path);
        Tensor a;
        using (var file = SafetensorsFile.Open(path))
        {
            IsMapped(path).Should().BeFalse("nothing was loaded yet");
            a = file.Load("a");
            file.Load("ids").Dispose();
        }

        IsMapped(path).Should().BeTrue();
        a.Dispose();
        IsMapped(path).Should().BeFalse();
    }

    [Fact]
    public void A_disposed_source_says_so()
    {
        var file = SafetensorsFile.Open(_path);
        file.Dispose();
        file.Dispose();
        file.Invoking(f => f.Load("a")).Should().Throw<ObjectDisposedException>();

        var stream = SafetensorsFile.Read(new MemoryStream(File.ReadAllBytes(_path)), "memory");
        stream.Dispose();
        stream.Invoking(f => f.Load("a")).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_change_in_place_reaches_neither_the_file_nor_a_later_load()
    {
        var before = File.ReadAllBytes(_path);
        using var file = SafetensorsFile.Open(_path);
        var first = file.Load("b");
        first.add_(1);
        var second = file.Load("b");
        second.mul_(2);

        first[9].item<float>().Should().Be(10);
        second[9].item<float>().Should().Be(18);
        file.Load("b")[9].item<float>().Should().Be(9);
        File.ReadAllBytes(_path).Should().Equal(before);
    }

    [Fact]
    public void Two_loads_from_a_stream_are_independent_from_the_second_on()
    {
        using var file = SafetensorsFile.Read(new MemoryStream(File.ReadAllBytes(_path)), "memory");
        var first = file.Load("b");
        var second = file.Load("b");
        second.mul_(2);

        first[9].item<float>().Should().Be(9);
        second[9].item<float>().Should().Be(18);
    }

    [Fact]
    public void Replacing_an_open_file_does_not_disturb_it()
    {
        using var file = SafetensorsFile.Open(_path);
        var b = file.Load("b");
        SafetensorsWriter.Write(_path, new Dictionary<string, Tensor> { ["b"] = zeros(3) });

        b[9].item<float>().Should().Be(9);
        file.Load("ids")[4].item<long>().Should().Be(4, "the header was read from the file before");
        file.Load("a")[999, 99].item<float>().Should().Be(99_999);
        using var now = SafetensorsFile.Open(_path);
        now.Load("b").shape.Should().Equal(3);
    }

    [Fact]
    public void A_shortened_file_is_an_error_and_not_a_crash()
    {
        using var file = SafetensorsFile.Open(_path);
        using (var other = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            other.SetLength(1000);
        }

        file.Invoking(f => f.Load("a")).Should().Throw<SafetensorsFormatException>()
            .WithMessage($"{_path}: the file was shortened to 1000 bytes after it was opened.");
    }

    [Fact]
    public void A_source_does_not_belong_to_the_scope_in_which_it_was_used()
    {
        SafetensorsFile file, memory;
        using (NewDisposeScope())
        {
            file = SafetensorsFile.Open(_path);
            memory = SafetensorsFile.Read(new MemoryStream(File.ReadAllBytes(_path)), "memory");
            file.Load("b");
            memory.Load("b");
        }

        using (file)
        using (memory)
        {
            file.Load("a")[0, 1].item<float>().Should().Be(1);
            memory.Load("b")[1].item<float>().Should().Be(1);
        }
    }

    [Fact]
    public void Loading_leaves_no_tensors_behind()
    {
        Round();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 20; i++)
        {
            Round();
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);

        void Round()
        {
            using var file = SafetensorsFile.Open(_path);
            using var memory = SafetensorsFile.Read(new SequentialStream(File.ReadAllBytes(_path)), "memory");
            foreach (var source in new[] { file, memory })
            {
                foreach (var name in source.Names)
                {
                    source.Load(name).Dispose();
                    source.Load(name, ScalarType.Float64).Dispose();
                }
            }
        }
    }

    [Fact]
    public void Threads_may_load_at_the_same_time()
    {
        using var file = SafetensorsFile.Open(_path);
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using var a = file.Load("a");
            using var last = a[999, 99];
            last.item<float>().Should().Be(99_999);
            using var mask = file.Load("mask");
            mask.data<bool>().ToArray().Should().Equal(true, false);
        });
    }

    [Fact]
    public void Types_are_converted_on_request()
    {
        using var file = SafetensorsFile.Open(_path);

        file.Load("b", ScalarType.BFloat16).dtype.Should().Be(ScalarType.BFloat16);
        file.Load("b", ScalarType.Float32, CPU).dtype.Should().Be(ScalarType.Float32);
        file.Load("ids", ScalarType.Float32).data<float>().ToArray().Should().Equal(0, 1, 2, 3, 4);
        file.Entry("b").Type.Should().Be(ScalarType.Float32);
    }

    private static bool IsMapped(string path) =>
        File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(path, StringComparison.Ordinal));
}
