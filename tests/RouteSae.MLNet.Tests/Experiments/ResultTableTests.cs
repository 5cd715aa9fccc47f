using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class ResultTableTests
{
    private const string Header = "Trial,Round,Rows,Trainer,Pooling,Weighting,TopFeatures,MinimumActivation,MacroAccuracy,MicroAccuracy,MulticlassLogLoss,StandardDeviation,Seconds,Error";

    private static readonly RouteSaeExperimentResult Result = new CountedModels()
        .Experiment(new RouteSaeExperimentOptions { MaxTrials = 4, Folds = 2, Seed = 1, Trainers = ["LbfgsMaximumEntropy L2=1"] })
        .WithTrainer("a \"broken\", one", (_, _, _) => throw new NotSupportedException("First line,\nsecond \"line\"."))
        .Execute(new MLContext().Data.LoadFromEnumerable(Ticket.Many(60)));

    [Fact]
    public void Csv_has_a_row_for_each_trial_and_replaces_an_old_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("results.csv");
        File.WriteAllText(path, "old");

        Result.SaveCsv(path);

        var lines = File.ReadAllLines(path);
        lines.Should().HaveCount(5);
        lines[0].Should().Be(Header);
        lines[1].Should().MatchRegex(@"^1,1,60,""LbfgsMaximumEntropy L2=1"",Max,None,null,0,[\d.]+,[\d.]+,[\d.E-]+,[\d.E-]+,[\d.E-]+,$");
        lines[2].Should().StartWith("2,1,60,\"a \"\"broken\"\", one\",").And.EndWith(",\"First line, second \"\"line\"\".\"");
        Directory.GetFiles(folder.Path).Should().ContainSingle("nothing temporary is left");
    }

    [Fact]
    public void The_data_view_has_the_same_columns_and_values()
    {
        var view = Result.ToDataView();

        view.Schema.Select(column => column.Name).Should().Equal(Header.Split(','));
        view.GetColumn<int>("Trial").Should().Equal(1, 2, 3, 4);
        view.GetColumn<string>("Trainer").Should().Equal(Result.Trials.Select(trial => trial.Trainer));
        view.GetColumn<double>("MacroAccuracy").Should().Equal(Result.Trials.Select(trial => trial.Metric), (a, b) => a.Equals(b));
        view.GetColumn<double>("StandardDeviation").ElementAt(1).Should().Be(double.NaN);
        view.GetColumn<string>("Error").ElementAt(1).Should().Be("First line, second \"line\".");
        view.GetColumn<string>("TopFeatures").First().Should().Be("null");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error() =>
        Result.Invoking(result => result.SaveCsv(Path.Combine(Path.GetTempPath(), "not-there", "results.csv"))).Should().Throw<DirectoryNotFoundException>();
}
