using FluentAssertions;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Tensors;

public sealed class SafetensorsRoundTripTests
{
    [Fact]
    public void Random_tensors_come_back_from_file_and_stream_bit_by_bit()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20);
        for (var round = 0; round < 60; round++)
        {
            using var scope = NewDisposeScope();
            var tensors = RandomTensors.Create(random);
            var path = folder.File("x.safetensors");
            SafetensorsWriter.Write(path, tensors);

            using var file = SafetensorsFile.Open(path);
            AssertSame(file, tensors);
            using var seekable = SafetensorsFile.Read(new MemoryStream(File.ReadAllBytes(path)), "memory");
            AssertSame(seekable, tensors);
            using var sequential = SafetensorsFile.Read(new SequentialStream(File.ReadAllBytes(path)), "pipe");
            AssertSame(sequential, tensors);
        }
    }

    [Fact]
    public void Written_files_have_the_published_layout()
    {
        using var scope = NewDisposeScope();
        var random = new Random(21);
        for (var round = 0; round < 20; round++)
        {
            var tensors = RandomTensors.Create(random);
            using var stream = new MemoryStream();
            SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["b"] = "2", ["a"] = "é" });

            var bytes = stream.ToArray();
            (BitConverter.ToInt64(bytes) % 8).Should().Be(0);
            bytes[8].Should().Be((byte)'{');
            var plain = PlainSafetensors.Read(bytes);
            plain.Keys.Should().BeEquivalentTo(tensors.Keys);
            foreach (var (name, tensor) in tensors)
            {
                plain[name].Type.Should().Be(RandomTensors.Types.Single(type => type.Type == tensor.dtype).Name);
                plain[name].Shape.Should().Equal(tensor.shape);
                plain[name].Bytes.Should().Equal(Bytes(tensor));
            }
        }
    }

    [Fact]
    public void The_order_of_the_tensors_does_not_change_the_file()
    {
        using var scope = NewDisposeScope();
        var tensors = RandomTensors.Create(new Random(22)).ToList();
        var metadata = new Dictionary<string, string> { ["x"] = "1", ["a"] = "2" };

        Written(tensors, metadata).Should().Equal(Written(Enumerable.Reverse(tensors), metadata.Reverse().ToDictionary()));
    }

    [Fact]
    public void Metadata_scalars_and_empty_tensors_come_back()
    {
        using var scope = NewDisposeScope();
        var bytes = Written(
            [new("scalar", tensor(2.5f)), new("empty", zeros(3, 0, 2, dtype: ScalarType.Int64))],
            new Dictionary<string, string> { ["format"] = "pt", ["größe"] = "\"\n" });

        using var file = SafetensorsFile.Read(new MemoryStream(bytes), "memory");

        file.Metadata.Should().Equal(new Dictionary<string, string> { ["format"] = "pt", ["größe"] = "\"\n" });
        file.Load("scalar").item<float>().Should().Be(2.5f);
        file.Entry("scalar").Shape.Should().BeEmpty();
        file.Load("empty").shape.Should().Equal(3, 0, 2);
    }

    [Fact]
    public void A_file_without_tensors_is_valid()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("none.safetensors"), []);

        using var file = SafetensorsFile.Open(folder.File("none.safetensors"));

        file.Names.Should().BeEmpty();
        file.Metadata.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tensors_larger_than_a_piece_are_written_in_row_major_order(bool longRows)
    {
        using var scope = NewDisposeScope();
        var tensor = longRows ? arange(10_000_000, ScalarType.Int32).view(-1, 2).t() : arange(6_000_000, ScalarType.Int32).view(3000, 2000).t();
        tensor.is_contiguous().Should().BeFalse();

        using var file = SafetensorsFile.Read(new MemoryStream(Written([new("x", tensor), new("y", tensor.contiguous())])), "memory");

        file.Load("x").equal(tensor).all().item<bool>().Should().BeTrue();
        file.Load("y").equal(tensor).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Trainable_parameters_are_written_as_their_values()
    {
        using var scope = NewDisposeScope();
        var parameter = ones(2, 3).requires_grad_().t();

        using var file = SafetensorsFile.Read(new MemoryStream(Written([new("w", parameter)])), "memory");

        var loaded = file.Load("w");
        loaded.requires_grad.Should().BeFalse();
        loaded.shape.Should().Equal(3, 2);
    }

    [Fact]
    public void What_the_format_cannot_hold_is_refused_and_the_file_stays()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("x.safetensors");
        File.WriteAllText(path, "old");
        var one = ones(1);
        var disposed = ones(1);
        disposed.Dispose();

        Refused(new KeyValuePair<string, Tensor>("z", ones(1, dtype: ScalarType.ComplexFloat32))).WithMessage("The tensor 'z' is of type ComplexFloat32,*supported: F64, F32,*");
        Refused(new("a", one), new("a", one)).WithMessage("The tensor 'a' is there twice.*");
        Refused(new KeyValuePair<string, Tensor>("__metadata__", one)).WithMessage("A tensor cannot be called '__metadata__'.*");
        Refused(new KeyValuePair<string, Tensor>("d", disposed)).WithMessage("The tensor 'd' is disposed.*");
        File.ReadAllText(path).Should().Be("old");
        Directory.GetFiles(folder.Path).Should().ContainSingle();

        FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refused(params KeyValuePair<string, Tensor>[] tensors) =>
            FluentActions.Invoking(() => SafetensorsWriter.Write(path, tensors)).Should().Throw<ArgumentException>();
    }

    private static byte[] Written(IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static void AssertSame(SafetensorsFile file, Dictionary<string, Tensor> expected)
    {
        file.Names.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, tensor) in expected)
        {
            using var loaded = file.Load(name);
            loaded.dtype.Should().Be(tensor.dtype);
            loaded.shape.Should().Equal(tensor.shape);
            Bytes(loaded).Should().Equal(Bytes(tensor));
        }
    }

    private static byte[] Bytes(Tensor tensor)
    {
        using var contiguous = tensor.contiguous();
        return tensor.NumberOfElements == 0 ? [] : contiguous.bytes.ToArray();
    }
}
