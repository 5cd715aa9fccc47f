using FluentAssertions;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Tensors;

public sealed class GoldenFilesTests
{
    public static TheoryData<string> Files { get; } = new(Directory
        .GetFiles(RepositoryFiles.Golden(), "*.safetensors", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(RepositoryFiles.Golden(), file))
        .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_of_other_writers_are_read_bit_by_bit(string name)
    {
        var path = RepositoryFiles.Golden(name);
        var plain = PlainSafetensors.Read(File.ReadAllBytes(path));

        using var file = SafetensorsFile.Open(path);

        file.Names.Should().BeEquivalentTo(plain.Keys);
        foreach (var (tensorName, expected) in plain)
        {
            using var tensor = file.Load(tensorName);
            tensor.shape.Should().Equal(expected.Shape);
            tensor.dtype.Should().Be(RandomTensors.Types.Single(type => type.Name == expected.Type).Type);
            tensor.bytes.SequenceEqual(expected.Bytes).Should().BeTrue();
        }
    }

    [Fact]
    public void Bfloat16_widens_to_the_same_values()
    {
        var path = RepositoryFiles.Golden("lm", "llama_bf16", "model.safetensors");
        const string Name = "model.embed_tokens.weight";
        var halves = PlainSafetensors.Read(File.ReadAllBytes(path))[Name].Bytes;
        var expected = Enumerable.Range(0, halves.Length / 2)
            .Select(i => BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(halves, 2 * i) << 16));

        using var file = SafetensorsFile.Open(path);
        using var wide = file.Load(Name, ScalarType.Float32);

        file.Entry(Name).Type.Should().Be(ScalarType.BFloat16);
        file.Metadata["format"].Should().Be("pt");
        wide.data<float>().ToArray().Should().Equal(expected);
    }
}
