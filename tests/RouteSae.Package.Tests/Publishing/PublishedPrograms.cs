using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.Package.Tests.Publishing;

/// <summary>
/// One program, published in each of the ways that are to work, and a saved model for it to load. All are restored and built at once.
/// </summary>
public sealed class PublishedPrograms(PackedLibraries packages) : IAsyncLifetime
{
    // Names nothing of ours: ML.NET has to find the transformer by the name in the model. The last line needs libtorch in any case.
    private const string Program = """
        using System.Runtime.InteropServices;
        using System.Security.Cryptography;
        using Microsoft.ML;
        using Microsoft.ML.Data;

        var ml = new MLContext();
        var model = ml.Model.Load(args[0], out _);
        var texts = ml.Data.LoadFromEnumerable(args[1..].Select(text => new Row { Text = text }));
        foreach (var features in model.Transform(texts).GetColumn<VBuffer<float>>("Features"))
        {
            Console.WriteLine(Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(features.DenseValues().ToArray()))));
        }

        Console.WriteLine(TorchSharp.torch.ones(3, 4).sum().item<float>());

        internal sealed class Row
        {
            public string Text { get; set; } = "";
        }
        """;

    private static readonly string[] Texts = ["The driver never came to our street.", "You charged my card twice."];

    private Consumer? _consumer;
    private CommandResult? _published;

    /// <summary>What a published program prints: a hash of the features of each text, computed here, and the sum of twelve ones.</summary>
    public string[] Expected { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _consumer = await Consumer.CreateAsync(packages);
        Expected = [.. SaveModel(Path.Combine(_consumer.Folder, "model.zip")), "12"];
        Add("Single", "<PublishSingleFile>true</PublishSingleFile>");
        Add("SelfContained", "<PublishSingleFile>true</PublishSingleFile><SelfContained>true</SelfContained>");
        Add("SelfExtracting", "<PublishSingleFile>true</PublishSingleFile>"
            + "<IncludeNativeLibrariesForSelfExtract>true</IncludeNativeLibrariesForSelfExtract>");
        Add("ReadyToRun", "<PublishReadyToRun>true</PublishReadyToRun>");
        _published = await _consumer.PublishAsync();
    }

    public Task DisposeAsync()
    {
        _consumer?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The folder of a published program.</summary>
    /// <exception cref="SkipException">The package sources lack a part of .NET that publishing needs.</exception>
    public string Require(string name)
    {
        Skip.If(
            _published!.Lacks(@"Microsoft\.NETCore\.App\."),
            "The package sources of this machine lack the runtime or the compiler that `dotnet publish` asks for, or cannot be reached.");
        _published.Require();
        return Path.Combine(_consumer!.Folder, name, "bin", "Release", "net10.0", Libtorch.Platform, "publish");
    }

    /// <summary>The lines that a published program prints.</summary>
    public async Task<string[]> RunAsync(string name)
    {
        var program = Path.Combine(Require(name), OperatingSystem.IsWindows() ? $"{name}.exe" : name);
        var run = await DotNetCommand.RunProgramAsync(_consumer!.Folder, program, ["model.zip", .. Texts]);
        return run.Require().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static IEnumerable<string> SaveModel(string path)
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(Texts.Select(text => new Row { Text = text }));
        var model = ml.Transforms.RouteSae("Features", "Text").Fit(rows);
        ml.Model.Save(model, rows.Schema, path);
        return [.. model.Transform(rows).GetColumn<VBuffer<float>>("Features").Select(
            features => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(features.DenseValues().ToArray()))))];
    }

    private void Add(string name, string properties) => _consumer!.AddProject(new ConsoleProject(name, Program)
    {
        Properties = $"<RuntimeIdentifier>{Libtorch.Platform}</RuntimeIdentifier><SelfContained>false</SelfContained>{properties}",
    });

    private sealed class Row
    {
        public string Text { get; set; } = "";
    }
}
