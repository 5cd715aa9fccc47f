using System.Diagnostics;
using FluentAssertions;
using RouteSae.Tests;
using RouteSae.Tests.Storage.Hub;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Cli.Tests;

/// <summary>The program itself, as a process of its own.</summary>
public sealed class ToolProcessTests : IDisposable
{
    private static readonly string s_model = RepositoryFiles.Golden("lm", "llama_gqa_untied");

    private readonly ToolFolder _folder = new();

    [Fact]
    public async Task AFolderIsTokenizedWith()
    {
        var (exitCode, output, error) = await RunAsync([], "tokenize", "--model", s_model, "--texts", Texts(), "--output", _folder["out.jsonl"]);

        error.Should().BeEmpty();
        output.Should().Be($"{_folder["out.jsonl"]}: 2 texts{Environment.NewLine}");
        exitCode.Should().Be(0);
        var lines = File.ReadAllLines(_folder["out.jsonl"]);
        lines.Should().HaveCount(2);
        lines[0].Should().StartWith("{\"ids\":[").And.EndWith("\"decoded\":\"two words\"}");
    }

    [Fact]
    public async Task AModelOfTheHubIsDownloadedOnce()
    {
        await using var hub = await LoopbackHub.StartAsync();
        foreach (var file in new[] { "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors" })
            hub.Files[file] = new ServedFile(File.ReadAllBytes(Path.Combine(s_model, file)));
        (string, string)[] environment = [("HF_ENDPOINT", hub.Endpoint.ToString()), ("HF_HUB_CACHE", _folder["cache"]), ("HF_HUB_OFFLINE", "0"), ("HF_TOKEN", "")];
        string[] arguments = ["tokenize", "--model", "org/name", "--texts", Texts(), "--output", _folder["out.jsonl"]];

        var first = await RunAsync(environment, arguments);
        var requests = hub.Requests.Count;
        var second = await RunAsync(environment, arguments);

        first.ExitCode.Should().Be(0);
        first.Error.Should().Contain("model.safetensors", "who waits sees what for");
        hub.Downloads("model.safetensors").Should().Be(1);
        second.ExitCode.Should().Be(0);
        hub.Requests.Should().HaveCount(requests, "the second time it is in the cache");
        File.ReadAllLines(_folder["out.jsonl"]).Should().HaveCount(2);
    }

    [Fact]
    public async Task AModelThatTheHubDoesNotHaveIsSaid()
    {
        await using var hub = await LoopbackHub.StartAsync();
        hub.Before = context => LoopbackHub.RefuseAsync(context, 404, "RepoNotFound");

        var (exitCode, output, error) = await RunAsync(
            [("HF_ENDPOINT", hub.Endpoint.ToString()), ("HF_HUB_CACHE", _folder["cache"]), ("HF_HUB_OFFLINE", "0"), ("HF_TOKEN", "")], "download", "--model", "org/name");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        error.Should().StartWith("routesae: ").And.Contain("org/name");
    }

    [SkippableFact]
    public async Task AStoppedToolLeavesNothingBehind()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It is stopped by a signal.");
        using (NewDisposeScope())
            _folder.Write("in.safetensors", ("input_ids", ones(4096, 128, ScalarType.Int64)));
        using var process = Start([], "activations", "--model", s_model, "--tokens", _folder["in.safetensors"], "--output", _folder["out.safetensors"]);
        while (_folder.Files == 1 && !process.HasExited)
            await Task.Delay(10);
        _folder.Files.Should().Be(2, "it is writing");

        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync();

        process.ExitCode.Should().NotBe(0);
        _folder.Files.Should().Be(1, "what it had begun is gone");
    }

    public void Dispose() => _folder.Dispose();

    private string Texts() => _folder.WriteLines("in.jsonl", """{"text": "two words", "add_special_tokens": false}""", """{"text": ""}""");

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    private static Process Start((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "routesae.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
