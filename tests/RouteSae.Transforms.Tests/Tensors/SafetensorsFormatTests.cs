using System.Text;
using FluentAssertions;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Tensors;

public sealed class SafetensorsFormatTests
{
    private const string Good = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    public static TheoryData<string, int, string> BadHeaders { get; } = new()
    {
        { "", 0, "this is not a safetensors file: its header would have 0 bytes (1 to 100000000 are allowed)" },
        { "   ", 0, "the header is not valid JSON: *" },
        { "[]", 0, "the header is not a JSON object" },
        { "{", 0, "the header is not valid JSON: *" },
        { "{} {}", 0, "the header is not valid JSON: *" },
        { "{\"a\":", 0, "the header is not valid JSON: *" },
        { Deep(100_000), 0, "the header is not a JSON object" },
        { "{\"x\":" + Deep(100_000) + "}", 0, "tensor 'x' is not described by a JSON object" },
        { "{\"x\":{\"dtype\":\"F32\",\"other\":" + Deep(100_000) + "}}", 0, "the header is not valid JSON: *depth*" },
        { """{"x":1}""", 0, "tensor 'x' is not described by a JSON object" },
        { """{"x":{}}""", 0, "tensor 'x' has no dtype" },
        { """{"x":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "tensor 'x' has no shape" },
        { """{"x":{"dtype":"F32","shape":[2]}}""", 8, "tensor 'x' has no data_offsets" },
        { """{"x":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'x' has a dtype that is not a text" },
        { """{"x":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, "tensor 'x' has the dtype 'F8_E4M3', which is not supported (supported: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL)" },
        { """{"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'x' has the field 'dtype' twice" },
        { """{"x":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "tensor 'x' has a shape that is not a list" },
        { """{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "tensor 'x' has a shape with something that is not a whole number from 0 to *" },
        { """{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "tensor 'x' has a shape with something that is not a whole number from 0 to *" },
        { """{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", 8, "tensor 'x' has a shape with something that is not a whole number from 0 to *" },
        { """{"x":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "tensor 'x' has a shape with something that is not a whole number from 0 to *" },
        { """{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "tensor 'x' is impossibly large: F32 [4294967296, 4294967296]" },
        { """{"x":{"dtype":"F32","shape":[0,9223372036854775807,9],"data_offsets":[0,0]}}""", 0, "tensor 'x' is impossibly large: F32 [0, 9223372036854775807, 9]" },
        { $$$"""{"x":{"dtype":"F32","shape":[{{{string.Join(',', Enumerable.Repeat(1, 65))}}}],"data_offsets":[0,4]}}""", 4, "tensor 'x' has a shape of more than 64 numbers" },
        { """{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "tensor 'x' has 8 bytes of data, but F32 [3] needs 12" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "tensor 'x' has the data_offsets [8, 0], which are not a begin and an end" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "tensor 'x' has the data_offsets [0], which are not a begin and an end" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "tensor 'x' has a data_offsets of more than 2 numbers" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}}""", 8, "tensor 'x' has the data_offsets [*], which are not a begin and an end" },
        { """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"x":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "tensor 'x' is listed twice" },
        { """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"\u0078":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "tensor 'x' is listed twice" },
        { """{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "tensors 'x' and 'y' overlap" },
        { """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, "tensors 'x' and 'y' overlap" },
        { """{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""", 4, "1 bytes before tensor 'y' belong to no tensor" },
        { """{"x":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "1 bytes before tensor 'x' belong to no tensor" },
        { """{"__metadata__":[]}""", 0, "__metadata__ is not a JSON object" },
        { """{"__metadata__":{"a":1}}""", 0, "the metadata 'a' is not a text" },
        { """{"__metadata__":{"a":{"b":"c"}}}""", 0, "the metadata 'a' is not a text" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "the metadata 'a' is there twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "__metadata__ is there twice" },
        { """{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "the header is not valid JSON: *" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void A_malformed_header_is_named_from_file_and_stream(string json, int dataLength, string problem)
    {
        var bytes = PlainSafetensors.Create(json, new byte[dataLength]);

        FromFile(bytes).WithMessage("*x.safetensors: " + problem + ".");
        FromStream(new MemoryStream(bytes)).WithMessage("the stream: " + problem + ".");
        FromStream(new SequentialStream(bytes)).WithMessage("the stream: " + problem + ".");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100_000_001, 100_000_001)]
    [InlineData(-1, ulong.MaxValue)]
    [InlineData(long.MinValue, 1UL << 63)]
    public void A_header_of_impossible_length_is_refused(long length, ulong shown)
    {
        byte[] bytes = [.. BitConverter.GetBytes(length), .. Encoding.UTF8.GetBytes(Good), .. new byte[8]];

        FromFile(bytes).WithMessage($"*x.safetensors: this is not a safetensors file: its header would have {shown} bytes (1 to 100000000 are allowed).");
        FromStream(new SequentialStream(bytes)).WithMessage($"the stream: this is not a safetensors file: *{shown} bytes*");
    }

    [Fact]
    public void A_header_longer_than_the_file_is_refused_before_it_is_allocated()
    {
        byte[] bytes = [.. BitConverter.GetBytes(99_000_000L), .. Encoding.UTF8.GetBytes(Good)];

        FromFile(bytes).WithMessage($"*: the file is truncated: it has {bytes.Length} bytes and its header alone needs 99000008.");
        var before = GC.GetAllocatedBytesForCurrentThread();
        FromStream(new SequentialStream(bytes)).WithMessage($"the stream: the file is truncated: its header has {Good.Length} of 99000000 bytes.");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(20_000_000);
    }

    [Fact]
    public void A_tensor_larger_than_its_stream_is_refused_before_it_is_allocated()
    {
        var bytes = PlainSafetensors.Create("""{"x":{"dtype":"F64","shape":[1000000,1000000],"data_offsets":[0,8000000000000]}}""", 1, 2, 3);

        FromFile(bytes).WithMessage("*x.safetensors: the file is truncated: it has * bytes and its header describes *.");
        FromStream(new SequentialStream(bytes)).WithMessage("the stream: the file is truncated within tensor 'x', which needs 8000000000000 bytes.");
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var bytes = PlainSafetensors.Create(Good, 1, 2, 3, 4, 5, 6, 7, 8);
        for (var length = 0; length < bytes.Length; length++)
        {
            FromFile(bytes[..length]).WithMessage("*x.safetensors: the file is truncated*");
            FromStream(new SequentialStream(bytes[..length])).WithMessage("the stream: the file is truncated*");
        }
    }

    [Fact]
    public void Bytes_after_the_last_tensor_are_refused()
    {
        var bytes = PlainSafetensors.Create(Good, new byte[11]);
        var end = 8 + Good.Length + 8;

        FromFile(bytes).WithMessage($"*x.safetensors: 3 bytes follow the last tensor, which ends at byte {end}.");
        FromStream(new SequentialStream(bytes)).WithMessage($"the stream: bytes follow the last tensor, which ends at byte {end}.");
    }

    [Fact]
    public void A_name_that_is_not_UTF8_is_refused()
    {
        var json = Encoding.UTF8.GetBytes(Good);
        json[2] = 0xFF;

        FromFile(PlainSafetensors.Create(json, new byte[8])).WithMessage("*: the header is not valid JSON: *");
    }

    [Fact]
    public void Random_damage_is_an_error_or_harmless_and_never_a_crash()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, RandomTensors.Create(new Random(5)), new Dictionary<string, string> { ["a"] = "b" });
        var original = stream.ToArray();
        var header = 8 + (int)BitConverter.ToInt64(original);
        var random = new Random(6);
        var refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(header)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789[]{},:\""[random.Next(17)];
            }

            try
            {
                using var file = SafetensorsFile.Read(new MemoryStream(bytes), "damaged");
                foreach (var name in file.Names)
                {
                    file.Load(name).Dispose();
                }
            }
            catch (SafetensorsFormatException)
            {
                refused++;
            }
        }

        refused.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void Tensors_at_odd_offsets_are_read()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var json = """{"odd":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}""";
        File.WriteAllBytes(folder.File("x"), PlainSafetensors.Create(json, [7, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]));

        using var file = SafetensorsFile.Open(folder.File("x"));

        file.Names.Should().Equal("odd", "x");
        file.Load("x").data<float>().ToArray().Should().Equal(1.5f, -2f);
        file.Load("odd").item<byte>().Should().Be(7);
    }

    [Fact]
    public void Any_byte_but_zero_is_true()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var bytes = PlainSafetensors.Create("""{"m":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}""", 0, 1, 2, 255);
        File.WriteAllBytes(folder.File("x"), bytes);
        using var file = SafetensorsFile.Open(folder.File("x"));
        using var memory = SafetensorsFile.Read(new MemoryStream(bytes), "memory");

        file.Load("m").data<bool>().ToArray().Should().Equal(false, true, true, true);
        memory.Load("m").to_type(ScalarType.Int32).sum().item<long>().Should().Be(3);
    }

    [Fact]
    public void Unknown_fields_of_a_tensor_are_passed_over()
    {
        var json = """{"x":{"dtype":"U8","origin":{"a":[1,2]},"shape":[1],"data_offsets":[0,1]}}""";

        using var file = SafetensorsFile.Read(new MemoryStream(PlainSafetensors.Create(json, 9)), "memory");

        using var x = file.Load("x");
        x.item<byte>().Should().Be(9);
    }

    [Fact]
    public void A_large_tensor_from_a_stream_of_unknown_length_is_complete()
    {
        const int Count = 45_000_000; // 90 MB: more than is allocated on the word of a header
        var json = $$$"""{"x":{"dtype":"I16","shape":[{{{Count}}}],"data_offsets":[0,{{{2 * Count}}}]}}""";
        var start = PlainSafetensors.Create(json, 5, 0, 6, 0);

        using var file = SafetensorsFile.Read(new SequentialStream(start, 2L * Count - 4), "pipe");

        using var scope = NewDisposeScope();
        var x = file.Load("x");
        x.shape.Should().Equal(Count);
        x.narrow(0, 0, 3).data<short>().ToArray().Should().Equal(5, 6, 0);
        x.count_nonzero().item<long>().Should().Be(2);
    }

    [Fact]
    public void A_missing_tensor_is_named_with_similar_ones()
    {
        var json = """{"model.embed.weight":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"lm_head":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""";
        using var file = SafetensorsFile.Read(new MemoryStream(PlainSafetensors.Create(json)), "memory");

        file.Contains("embed.weight").Should().BeFalse();
        file.Invoking(f => f.Entry("embed.weight")).Should().Throw<KeyNotFoundException>()
            .WithMessage("memory has no tensor 'embed.weight'. Of its 2 tensors these are similar: 'model.embed.weight'.");
        file.Invoking(f => f.Load("bias")).Should().Throw<KeyNotFoundException>()
            .WithMessage("memory has no tensor 'bias'. Of its 2 tensors the first are: *");
    }

    private static string Deep(int depth) => new string('[', depth) + new string(']', depth);

    private static FluentAssertions.Specialized.ExceptionAssertions<SafetensorsFormatException> FromFile(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x.safetensors");
        File.WriteAllBytes(path, bytes);
        return FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<SafetensorsFormatException>();
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<SafetensorsFormatException> FromStream(Stream stream) =>
        FluentActions.Invoking(() => SafetensorsFile.Read(stream, "the stream")).Should().Throw<SafetensorsFormatException>();
}
