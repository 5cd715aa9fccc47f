using FluentAssertions;
using RouteSae.Hub;
using RouteSae.Tensors;
using RouteSae.Tests.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Hub;

public sealed class CheckpointTests
{
    private const string First = "model.layers.0.mlp.up_proj.weight";
    private const string Second = "model.layers.2.input_layernorm.weight";
    private static readonly string Sharded = RepositoryFiles.Golden("lm", "llama_sharded");

    [Fact]
    public void A_single_file_is_found()
    {
        using var source = Checkpoint.OpenFolder(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

        source.Should().BeOfType<SafetensorsFile>();
        source.Location.Should().EndWith("model.safetensors");
        source.Contains("lm_head.weight").Should().BeTrue();
    }

    [Fact]
    public void A_checkpoint_in_several_files_reads_like_one()
    {
        using var scope = NewDisposeScope();
        var expected = Directory.GetFiles(Sharded, "model-*.safetensors")
            .SelectMany(file => PlainSafetensors.Read(File.ReadAllBytes(file))).ToDictionary();

        using var source = Checkpoint.OpenFolder(Sharded);

        source.Should().BeOfType<ShardedSafetensors>();
        source.Names.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, plain) in expected)
        {
            source.Contains(name).Should().BeTrue();
            source.Entry(name).Shape.Should().Equal(plain.Shape);
            source.Load(name).bytes.SequenceEqual(plain.Bytes).Should().BeTrue();
        }

        source.Load(First, ScalarType.Float64).dtype.Should().Be(ScalarType.Float64);
        source.Invoking(s => s.Load("lm_head")).Should().Throw<KeyNotFoundException>().WithMessage("*index.json has no tensor 'lm_head'.*");
    }

    [Fact]
    public void A_missing_file_is_named_when_one_of_its_tensors_is_needed()
    {
        using var folder = CopyOfSharded();
        File.Delete(folder.File("model-00002-of-00003.safetensors"));

        using var source = Checkpoint.OpenFolder(folder.Path);

        source.Load(First).Dispose();
        source.Invoking(s => s.Load(Second)).Should().Throw<FileNotFoundException>()
            .WithMessage($"The checkpoint is incomplete: {folder.File("model-00002-of-00003.safetensors")} is missing (model.safetensors.index.json names it for tensor '{Second}').");
    }

    [Fact]
    public void A_damaged_file_is_named_when_one_of_its_tensors_is_needed()
    {
        using var folder = CopyOfSharded();
        using (var file = File.OpenWrite(folder.File("model-00002-of-00003.safetensors")))
        {
            file.SetLength(file.Length - 1);
        }

        using var source = Checkpoint.OpenFolder(folder.Path);

        source.Load(First).Dispose();
        source.Invoking(s => s.Load(Second)).Should().Throw<SafetensorsFormatException>()
            .WithMessage("*model-00002-of-00003.safetensors: the file is truncated*");
    }

    [Fact]
    public void A_tensor_that_its_file_lacks_is_named()
    {
        using var folder = CopyOfSharded();
        WriteIndex(folder, """{"weight_map":{"ghost":"model-00003-of-00003.safetensors"}}""");

        using var source = Checkpoint.OpenFolder(folder.Path);

        source.Invoking(s => s.Load("ghost")).Should().Throw<SafetensorsFormatException>()
            .WithMessage("*index.json: model-00003-of-00003.safetensors does not hold tensor 'ghost', which the index promises.");
    }

    [Theory]
    [InlineData("", "the index is not valid JSON: *")]
    [InlineData("[]", "the index has no object 'weight_map'")]
    [InlineData("{}", "the index has no object 'weight_map'")]
    [InlineData("""{"weight_map":["a"]}""", "the index has no object 'weight_map'")]
    [InlineData("""{"weight_map":{"a":1}}""", "tensor 'a' is not in a file of the same folder: '1'")]
    [InlineData("""{"weight_map":{"a":""}}""", "tensor 'a' is not in a file of the same folder: ''")]
    [InlineData("""{"weight_map":{"a":".."}}""", "tensor 'a' is not in a file of the same folder: '..'")]
    [InlineData("""{"weight_map":{"a":"../secret"}}""", "tensor 'a' is not in a file of the same folder: '../secret'")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "tensor 'a' is not in a file of the same folder: '/etc/passwd'")]
    [InlineData("""{"weight_map":{"a":"C:\\x"}}""", "tensor 'a' is not in a file of the same folder: 'C:\\x'")]
    [InlineData("""{"weight_map":{"a":"x","a":"y"}}""", "the index is not valid JSON: $.weight_map has the key 'a' twice")]
    public void A_malformed_index_is_refused(string json, string problem)
    {
        using var folder = new TemporaryFolder();
        WriteIndex(folder, json);

        FluentActions.Invoking(() => Checkpoint.OpenFolder(folder.Path)).Should().Throw<SafetensorsFormatException>()
            .WithMessage($"*model.safetensors.index.json: {problem}.");
    }

    [Fact]
    public void A_folder_without_weights_says_what_was_expected()
    {
        using var folder = new TemporaryFolder();

        FluentActions.Invoking(() => Checkpoint.OpenFolder(folder.File("nowhere"))).Should().Throw<DirectoryNotFoundException>()
            .WithMessage($"The checkpoint folder '{folder.File("nowhere")}' does not exist.");
        FluentActions.Invoking(() => Checkpoint.OpenFolder(folder.Path)).Should().Throw<FileNotFoundException>()
            .WithMessage($"'{folder.Path}' holds neither model.safetensors nor model.safetensors.index.json.");
        File.WriteAllText(folder.File("pytorch_model.bin"), "");
        FluentActions.Invoking(() => Checkpoint.OpenFolder(folder.Path)).Should().Throw<FileNotFoundException>()
            .WithMessage("*convert it to safetensors.");
    }

    [Fact]
    public void A_disposed_checkpoint_says_so_and_its_tensors_stay()
    {
        var source = Checkpoint.OpenFolder(Sharded);
        using var tensor = source.Load(First);
        source.Dispose();

        source.Invoking(s => s.Load(First)).Should().Throw<ObjectDisposedException>();
        tensor.bytes.SequenceEqual(PlainSafetensors.Read(File.ReadAllBytes(Path.Combine(Sharded, "model-00001-of-00003.safetensors")))[First].Bytes)
            .Should().BeTrue();
    }

    private static void WriteIndex(TemporaryFolder folder, string json) =>
        File.WriteAllText(folder.File("model.safetensors.index.json"), json);

    private static TemporaryFolder CopyOfSharded()
    {
        var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Sharded))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        return folder;
    }
}
