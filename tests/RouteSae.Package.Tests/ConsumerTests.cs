using RouteSae.Package.Tests.Snippets;

namespace RouteSae.Package.Tests;

[Collection(PackageCollection.Name)]
public sealed class ConsumerTests(PackedLibraries packages)
{
    // Names nothing of ours: ML.NET has to find the transformer by itself.
    private const string Loading = $$"""
        using Microsoft.ML;
        using Microsoft.ML.Data;

        var ml = new MLContext();
        var model = ml.Model.Load("model.zip", out _);
        var predictions = model.Transform(ml.Data.LoadFromTextFile<Ticket>("tickets.tsv", hasHeader: true));

        VBuffer<ReadOnlyMemory<char>> names = default;
        predictions.Schema["Features"].GetSlotNames(ref names);
        Console.WriteLine(names.Length);
        foreach (var label in predictions.GetColumn<string>("PredictedLabel"))
            Console.WriteLine(label);

        {{Surroundings.Ticket}}
        """;

    [SkippableFact]
    public async Task A_fresh_project_runs_the_program_of_the_README_and_another_one_loads_its_model()
    {
        using var consumer = await Consumer.CreateAsync(packages);
        consumer.Write("tickets.tsv", Tickets.Tsv);
        consumer.AddProject(new ConsoleProject("Train", Program()));
        consumer.AddProject(new ConsoleProject("Load", Loading));

        var build = await consumer.BuildAsync();
        Skip.If(build.IsOffline, "The package sources of this machine cannot be reached, and its packages folder lacks something.");
        build.Require();
        await consumer.RunAsync("Train");
        var lines = (await consumer.RunAsync("Load")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        lines[0].Should().Be("4096", "the embedded model has so many latents");
        lines[1..].Should().Equal(Tickets.Rows.Select(row => row.Label), "these are the training texts");
    }

    [Fact]
    public void The_README_names_the_native_package_that_is_tested() =>
        File.ReadAllText(Path.Combine(RepositoryFiles.Root, "README.md")).Should().Contain(Libtorch.Package).And.Contain(Libtorch.Version);

    // The first program that adds our column. It may leave out the class of its rows.
    private static string Program()
    {
        var code = MarkdownSnippets.Read("README.md").First(snippet => snippet.Code.Contains(".RouteSae(", StringComparison.Ordinal)).Code;
        return code.Contains("class Ticket", StringComparison.Ordinal) ? code : $"{code}\n\n{Surroundings.Ticket}";
    }
}
