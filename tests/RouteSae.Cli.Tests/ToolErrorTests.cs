using FluentAssertions;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Cli.Tests;

/// <summary>Exit codes, messages, and what is left behind.</summary>
public sealed class ToolErrorTests : IDisposable
{
    private static readonly string s_model = RepositoryFiles.Golden("lm", "llama_gqa_untied");

    private readonly ToolFolder _folder = new();

    [Fact]
    public async Task TokensOutsideTheVocabularyAreNamedAndNothingIsWritten()
    {
        using var scope = NewDisposeScope();
        var tokens = _folder.Write("in.safetensors", ("input_ids", tensor(new long[] { 1, 2, 3, 444 }, [2, 2])));

        var run = await ToolRun.Of("activations", "--model", s_model, "--tokens", tokens, "--output", _folder["out.safetensors"]);

        run.ExitCode.Should().Be(1);
        run.Error.Should().StartWith("routesae: Token id 444 in row 1, position 1 is outside the vocabulary of 444");
        _folder.Files.Should().Be(1, "no half-written file is left");
    }

    [Fact]
    public async Task AnExistingFileStaysWhenTheWorkFails()
    {
        using var scope = NewDisposeScope();
        var tokens = _folder.Write("in.safetensors", ("input_ids", tensor(new long[] { -1 }, [1, 1])));
        File.WriteAllText(_folder["out.safetensors"], "before");

        (await ToolRun.Of("generate", "--model", s_model, "--tokens", tokens, "--output", _folder["out.safetensors"])).ExitCode.Should().Be(1);

        File.ReadAllText(_folder["out.safetensors"]).Should().Be("before");
    }

    [Fact]
    public async Task WhatIsWrongWithTheTokensIsSaid()
    {
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 1, 2, 3, 4 }, [2, 2]);
        (string, Tensor)[][] files =
        [
            [("ids", ids)],
            [("input_ids", ids.flatten())],
            [("input_ids", ids.to_type(ScalarType.Float32))],
            [("input_ids", ids), ("attention_mask", ids.narrow(0, 0, 1))],
        ];
        string[] messages =
        [
            "has no tensor 'input_ids' (I64 [rows, tokens]); it holds ids.",
            "tensor 'input_ids' has shape [4]; [rows, tokens] is expected, with at least one of each.",
            "tensor 'input_ids' is of type Float32; I64 is expected.",
            "tensor 'attention_mask' has shape [1, 2], but 'input_ids' has [2, 2].",
        ];
        foreach (var (file, message) in files.Zip(messages))
        {
            var tokens = _folder.Write("in.safetensors", file);
            var run = await ToolRun.Of("activations", "--model", s_model, "--tokens", tokens, "--output", _folder["out.safetensors"]);
            run.ExitCode.Should().Be(1);
            run.Error.Should().Contain(message);
        }
    }

    [Theory]
    [InlineData("""["text"]""", "line 2: a JSON object with a string \"text\" is expected.")]
    [InlineData("""{"text": 1}""", "line 2: a JSON object with a string \"text\" is expected.")]
    [InlineData("""{"text": "a", "add_special_tokens": "yes"}""", "line 2: \"add_special_tokens\" must be true or false.")]
    [InlineData("""{"text": "a" """, "line 2 is not valid JSON: ")]
    [InlineData("""{"text": "\ud800"}""", "line 2 is not valid JSON: ")]
    [InlineData("", "line 2 is not valid JSON: ")]
    public async Task ABadLineOfTextsIsNamed(string line, string message)
    {
        var texts = _folder.WriteLines("in.jsonl", """{"text": "fine"}""", line);

        var run = await ToolRun.Of("tokenize", "--model", s_model, "--texts", texts, "--output", _folder["out.jsonl"]);

        run.ExitCode.Should().Be(1);
        run.Error.Should().StartWith($"routesae: {texts}, ").And.Contain(message);
        _folder.Files.Should().Be(1);
    }

    [Fact]
    public async Task WrongArgumentsExitWithTwo()
    {
        using var scope = NewDisposeScope();
        var tokens = _folder.Write("in.safetensors", ("input_ids", ones(1, 1, ScalarType.Int64)));
        string[] good = ["activations", "--model", s_model, "--tokens", tokens, "--output", _folder["out.safetensors"]];
        string[][] wrong =
        [
            ["nothing"],
            ["activations"],
            [.. good, "--precision", "float16"],
            [.. good, "--positions", "somewhere"],
            ["generate", .. good[1..], "--max-new-tokens", "0"],
            [.. good[..^1], Path.Combine(_folder["missing"], "out.safetensors")],
            [.. good[..3], "--tokens", _folder["missing"], .. good[5..]],
        ];
        foreach (var arguments in wrong)
            (await ToolRun.Of(arguments)).ExitCode.Should().Be(2, string.Join(' ', arguments));
        (await ToolRun.Of([.. good, "--precision", "float16"])).Error.Should().Contain("'float16'").And.Contain("'float32'").And.Contain("'bfloat16'");
        _folder.Files.Should().Be(1);
    }

    [Fact]
    public async Task AFolderOrADeviceIsNoOutput()
    {
        using var scope = NewDisposeScope();
        var tokens = _folder.Write("in.safetensors", ("input_ids", ones(1, 1, ScalarType.Int64)));
        Directory.CreateDirectory(_folder["folder"]);
        foreach (var output in OperatingSystem.IsWindows() ? [_folder["folder"]] : new[] { _folder["folder"], "/dev/null" })
        {
            var run = await ToolRun.Of("activations", "--model", s_model, "--tokens", tokens, "--output", output);
            run.ExitCode.Should().Be(2);
            run.Error.Should().Contain($"--output: {output} is not a file, but a folder or a device.");
        }
    }

    [SkippableFact]
    public async Task ALinkStaysAndLeadsToTheNewContent()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege there.");
        File.WriteAllText(_folder["target"], "before");
        File.CreateSymbolicLink(_folder["link"], "target");

        var run = await ToolRun.Of("tokenize", "--model", s_model, "--texts", _folder.WriteLines("in.jsonl", """{"text": "a"}"""), "--output", _folder["link"]);

        run.Error.Should().BeEmpty();
        File.ReadAllText(_folder["target"]).Should().StartWith("{\"ids\":");
        new FileInfo(_folder["link"]).LinkTarget.Should().Be("target");
    }

    [Fact]
    public async Task TextsThatAreNotUtf8AreAnErrorOfTheirFile()
    {
        File.WriteAllBytes(_folder["in.jsonl"], [.. """{"text": "a"}"""u8, (byte)'\n', 0xff, (byte)'\n']);

        var run = await ToolRun.Of("tokenize", "--model", s_model, "--texts", _folder["in.jsonl"], "--output", _folder["out.jsonl"]);

        run.ExitCode.Should().Be(1);
        run.Error.Should().StartWith($"routesae: {_folder["in.jsonl"]}, line ").And.Contain("the bytes are not UTF-8");
    }

    [Fact]
    public async Task AMissingModelSaysWhatIsExpected()
    {
        var texts = _folder.WriteLines("in.jsonl", """{"text": "fine"}""");

        var run = await ToolRun.Of("tokenize", "--model", _folder["nowhere"], "--texts", texts, "--output", _folder["out.jsonl"]);

        run.ExitCode.Should().Be(1);
        run.Error.Should().Contain(_folder["nowhere"]);
    }

    public void Dispose() => _folder.Dispose();
}
