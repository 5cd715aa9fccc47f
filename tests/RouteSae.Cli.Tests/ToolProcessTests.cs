using System.Diagnostics;
using System.Text;
using FluentAssertions;
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
    public async Task AModelOfTheHubIsDownloadedOnceAndItsWeightsWhenTheyAreNeeded()
    {
        await using var hub = await ServeAsync();
        string[] tokenize = ["tokenize", "--model", "org/name", "--texts", Texts(), "--output", _folder["out.jsonl"]];
        string[] download = ["download", "--model", "org/name"];

        var tokenized = await RunAsync(Variables(hub), tokenize);

        tokenized.ExitCode.Should().Be(0);
        tokenized.Error.Should().Contain("tokenizer.json", "who waits sees what for");
        File.ReadAllLines(_folder["out.jsonl"]).Should().HaveCount(2);
        hub.Downloads("model.safetensors").Should().Be(0);

        var downloaded = await RunAsync(Variables(hub), download);

        downloaded.ExitCode.Should().Be(0);
        downloaded.Error.Should().Contain("model.safetensors");
        hub.Downloads("model.safetensors").Should().Be(1);
        hub.Downloads("tokenizer.json").Should().Be(1);

        var requests = hub.Requests.Count;
        (await RunAsync(Variables(hub), tokenize)).ExitCode.Should().Be(0);
        (await RunAsync(Variables(hub), download)).Output.Should().Be(downloaded.Output);
        hub.Requests.Should().HaveCount(requests, "it is in the cache");
    }

    [Fact]
    public async Task TwoProcessesThatWantTheSameModelDownloadItOnce()
    {
        await using var hub = await ServeAsync();
        const string waiting = "Another process downloads model.safetensors of org/name; waiting for it.";
        var oneWaits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Before = async context =>
        {
            // The weights do not come before the other process has met the lock.
            if (context.Request.Method == "GET" && context.Request.Path.Value!.EndsWith("/model.safetensors", StringComparison.Ordinal))
                await oneWaits.Task.WaitAsync(TimeSpan.FromMinutes(1));
            return false;
        };
        string[] download = ["download", "--model", "org/name"];

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => RunAsync(Variables(hub), download, error =>
        {
            if (error.Contains(waiting))
                oneWaits.TrySetResult();
        })));

        both.Select(run => run.ExitCode).Should().Equal(0, 0);
        both[0].Output.Should().Be(both[1].Output);
        both.Should().ContainSingle(run => run.Error.Contains(waiting));
        hub.Downloads("model.safetensors").Should().Be(1);
        File.ReadAllBytes(Path.Combine(both[0].Output.TrimEnd(), "model.safetensors")).Should().Equal(hub.Files["model.safetensors"].Content);
    }

    [Fact]
    public async Task AModelThatTheHubDoesNotHaveIsSaid()
    {
        await using var hub = await ServeAsync();
        hub.Before = context => LoopbackHub.RefuseAsync(context, 404, "RepoNotFound");

        var (exitCode, output, error) = await RunAsync(Variables(hub), "download", "--model", "org/name");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        error.Should().StartWith("routesae: ").And.Contain("org/name");
    }

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task AStoppedToolLeavesNothingBehind(string signal)
    {
        using (NewDisposeScope())
            _folder.Write("in.safetensors", ("input_ids", ones(4096, 128, ScalarType.Int64)));
        await StopAsync(signal, "activations", "--model", s_model, "--tokens", _folder["in.safetensors"], "--output", _folder["out.safetensors"]);
    }

    // Each text takes the expression its four seconds, in which nothing asks whether to stop.
    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task AnExpressionDoesNotKeepTheToolFromStopping(string signal)
    {
        const string Tokenizer = """
            {"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?=(?:a|aa)+b)a"},"behavior":"Isolated"},
             "model":{"type":"WordLevel","vocab":{"<unk>":0},"unk_token":"<unk>"}}
            """;
        var model = Directory.CreateDirectory(_folder["model"]).FullName;
        File.WriteAllText(Path.Combine(model, "tokenizer.json"), Tokenizer);
        var texts = _folder.WriteLines("in.jsonl", $$"""{"text": "{{new string('a', 60)}}"}""");
        await StopAsync(signal, "tokenize", "--model", model, "--texts", texts, "--output", _folder["out.jsonl"]);
    }

    private async Task StopAsync(string signal, params string[] arguments)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It is stopped by a signal.");
        Skip.If(signal == "INT" && IsInterruptIgnored(), "Whoever started the tests ignores Ctrl-C, as a shell does for what runs in its background.");
        using var process = Start([], arguments);
        while (_folder.Files == 1 && !process.HasExited)
            await Task.Delay(10);
        _folder.Files.Should().Be(2, "it is writing");

        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync();

        process.ExitCode.Should().Be(signal == "INT" ? Tool.Interrupted : Tool.Terminated);
        _folder.Files.Should().Be(1, "what it had begun is gone");
    }

    // Processes inherit what is ignored.
    private static bool IsInterruptIgnored()
    {
        var ignored = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        return (Convert.ToUInt64(ignored, 16) & 0b10) != 0;
    }

    public void Dispose() => _folder.Dispose();

    private string Texts() => _folder.WriteLines("in.jsonl", """{"text": "two words", "add_special_tokens": false}""", """{"text": ""}""");

    private static async Task<LoopbackHub> ServeAsync()
    {
        var hub = await LoopbackHub.StartAsync();
        foreach (var file in new[] { "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors" })
            hub.Files[file] = new ServedFile(File.ReadAllBytes(Path.Combine(s_model, file)));
        return hub;
    }

    private (string Name, string Value)[] Variables(LoopbackHub hub) =>
        [("HF_ENDPOINT", hub.Endpoint.ToString()), ("HF_HUB_CACHE", _folder["cache"]), ("HF_HUB_OFFLINE", "0"), ("HF_TOKEN", "")];

    private static Task<(int ExitCode, string Output, string Error)> RunAsync((string Name, string Value)[] environment, params string[] arguments) =>
        RunAsync(environment, arguments, _ => { });

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync((string Name, string Value)[] environment, string[] arguments, Action<string> eachError)
    {
        using var process = Start(environment, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = new StringBuilder();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            error.AppendLine(line);
            eachError(line);
        }

        await process.WaitForExitAsync();
        return (process.ExitCode, await output, error.ToString());
    }

    private static Process Start((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "routesae.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
