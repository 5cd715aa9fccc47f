using RouteSae.Package.Tests.Snippets;

namespace RouteSae.Package.Tests.Compatibility;

/// <summary>Microsoft.ML.TorchSharp and RouteSae in one program: what fits and what does not. Nothing is downloaded.</summary>
[Collection(PackageCollection.Name)]
public sealed class MicrosoftMLTorchSharpTests(PackedLibraries packages)
{
    private const string Package = "Microsoft.ML.TorchSharp";

    [SkippableFact]
    public async Task Both_live_in_one_pipeline_and_the_NAS_BERT_trainers_do_not_train_on_this_TorchSharp()
    {
        using var consumer = await Consumer.CreateAsync(packages);
        consumer.Write("tickets.tsv", Tickets.Tsv);
        consumer.AddProject(Project());

        var build = await consumer.BuildAsync();
        Skip.If(build.Lacks(Package.Replace(".", @"\.", StringComparison.Ordinal)), $"The package sources of this machine lack {Package}, or cannot be reached.");
        build.Require();
        var lines = (await consumer.RunAsync("Both")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        lines.Should().Equal(
            $"TorchSharp {CentralVersions.Of("TorchSharp")}.0 with libtorch {Libtorch.Version}; {Package} was built for 0.102.7.0",
            "made: TextClassificationTrainer, SentenceSimilarityTrainer, NerTrainer, QATrainer, ObjectDetectionTrainer",
            "features: 16 rows, each with some",
            "fit without its file: NotSupportedException: The function ResourceManagerUtils.EnsureResourceAsync only supports downloading from URLs of the host \"aka.ms\"",
            "fit with a file: InvalidOperationException: Tensor invalid -- empty handle.",
            "an initialiser returns its argument: True",
            "features afterwards: the same");
    }

    private static ConsoleProject Project() => new("Both", $"{ProgramOfBoth.Code}\n{Surroundings.Ticket}")
    {
        Packages = $"""<PackageReference Include="{Package}" Version="{CentralVersions.Of(Package)}" />""",

        // Microsoft.ML.TorchSharp asks for SkiaSharp.NativeAssets.Linux.NoDependencies 2.88.8, which not every source has: NU1603 stays a warning.
        Properties = "<WarningsAsErrors>NU1605</WarningsAsErrors>",
    };
}
