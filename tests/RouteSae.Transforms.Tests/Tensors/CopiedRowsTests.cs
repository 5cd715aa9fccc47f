using FluentAssertions;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Tensors;

/// <summary>Rows copied out of a stored tensor into one that is there already.</summary>
public sealed class CopiedRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float64, ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64, ScalarType.Float32)]
    [InlineData(ScalarType.Bool, ScalarType.Bool)]
    [InlineData(ScalarType.Bool, ScalarType.Float32)]
    public void Rows_come_converted_from_a_file_and_from_a_stream(ScalarType stored, ScalarType wanted)
    {
        using var scope = NewDisposeScope();
        var numbers = stored == ScalarType.Bool ? randint(2, [7, 5]).to_type(stored) : (randn(7, 5) * 9).to_type(stored);
        var path = Write(numbers);
        var expected = numbers.narrow(0, 2, 4).to_type(wanted);

        using (var file = SafetensorsFile.Open(path))
            Copied(file, 2, [4, 5], wanted).eq(expected).all().item<bool>().Should().BeTrue();
        using var memory = SafetensorsFile.Read(new MemoryStream(File.ReadAllBytes(path)), "memory");
        Copied(memory, 2, [4, 5], wanted).eq(expected).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void A_tensor_of_many_pieces_arrives_whole()
    {
        using var scope = NewDisposeScope();
        var numbers = arange(5_000_000, ScalarType.Int32).view(1000, 5000);
        using var file = SafetensorsFile.Open(Write(numbers));

        Copied(file, 1, [999, 5000], ScalarType.Float64).eq(numbers.narrow(0, 1, 999)).all().item<bool>().Should().BeTrue();
        Copied(file, 0, [1000, 5000], ScalarType.Int32).eq(numbers).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void A_place_within_a_larger_tensor_is_filled_alone()
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Write(ones(3, 4, ScalarType.BFloat16)));
        var larger = zeros(9, 4);

        file.CopyRows("x", 1, larger.narrow(0, 3, 2));

        larger.sum(1).data<float>().Should().Equal(0, 0, 0, 4, 4, 0, 0, 0, 0);
    }

    [Theory]
    [InlineData(2, new long[] { 6, 5 })]
    [InlineData(-1, new long[] { 2, 5 })]
    [InlineData(0, new long[] { 2, 4 })]
    [InlineData(0, new long[] { 10 })]
    public void Rows_that_are_not_there_are_refused(long first, long[] shape)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Write(zeros(7, 5)));

        FluentActions.Invoking(() => file.CopyRows("x", first, zeros(shape))).Should().Throw<ArgumentException>().WithMessage(
            $"Rows of tensor 'x' of shape [7, 5] from {first} on cannot be copied into a tensor of shape [{string.Join(", ", shape)}]; it must be contiguous and no longer than what is left.*");
    }

    [Fact]
    public void A_target_with_gaps_and_a_missing_tensor_are_refused()
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Write(zeros(4, 4)));

        FluentActions.Invoking(() => file.CopyRows("x", 0, zeros(4, 8).narrow(1, 0, 4))).Should().Throw<ArgumentException>().WithMessage("*must be contiguous*");
        FluentActions.Invoking(() => file.CopyRows("y", 0, zeros(4, 4))).Should().Throw<KeyNotFoundException>();
    }

    private static Tensor Copied(SafetensorsFile file, long first, long[] shape, ScalarType type)
    {
        var target = zeros(shape, type);
        file.CopyRows("x", first, target);
        return target;
    }

    private string Write(Tensor tensor)
    {
        var path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(path, [KeyValuePair.Create("x", tensor)]);
        return path;
    }
}
