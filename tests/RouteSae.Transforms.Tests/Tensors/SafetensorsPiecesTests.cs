using FluentAssertions;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Tensors;

public sealed class SafetensorsPiecesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File("pieces.safetensors");

    [Fact]
    public void Pieces_in_any_order_make_the_file_that_whole_tensors_make()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor a = randn(3, 4), b = randint(0, 9, [5], ScalarType.Int64);
        SafetensorsWriter.Write(FilePath, [new("a", a), new("b", b)]);
        var whole = File.ReadAllBytes(FilePath);

        SafetensorsPieces.Write(FilePath, [("a", ScalarType.Float32, [3, 4]), ("b", ScalarType.Int64, [5])], pieces =>
        {
            pieces.Write("a", 8, a[2]);
            pieces.Write("b", 0, b.to_type(ScalarType.Int32));
            pieces.Write("a", 0, a.narrow(0, 0, 2).to_type(ScalarType.Float64));
        });

        File.ReadAllBytes(FilePath).Should().Equal(whole);
    }

    [Fact]
    public void What_is_missing_or_too_much_is_an_error_and_the_file_stays_as_it_was()
    {
        using var scope = NewDisposeScope();
        File.WriteAllText(FilePath, "before");
        var two = zeros(2);

        Writing(pieces => pieces.Write("a", 0, two)).Should().Throw<InvalidOperationException>().WithMessage("2 elements of tensor 'a' in *pieces.safetensors were written; it has 3.");
        Writing(pieces => pieces.Write("a", 2, two)).Should().Throw<ArgumentException>().WithMessage("2 elements from 2 on go beyond the 3 of tensor 'a' in *");
        Writing(pieces => pieces.Write("c", 0, two)).Should().Throw<ArgumentException>().WithMessage("*is to hold no tensor 'c'.*");

        File.ReadAllText(FilePath).Should().Be("before");
        Directory.GetFiles(_folder.Path).Should().HaveCount(1);
    }

    public void Dispose() => _folder.Dispose();

    private Action Writing(Action<SafetensorsPieces> write) =>
        () => SafetensorsPieces.Write(FilePath, [("a", ScalarType.Float32, [3])], write);
}
