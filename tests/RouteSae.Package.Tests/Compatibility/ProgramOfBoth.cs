namespace RouteSae.Package.Tests.Compatibility;

/// <summary>A program that uses RouteSae and Microsoft.ML.TorchSharp and prints what it saw, a line each.</summary>
internal static class ProgramOfBoth
{
    public const string Code = """
        using System.Reflection;
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Microsoft.ML.Tokenizers;
        using Microsoft.ML.TorchSharp;
        using RouteSae.Native;
        using TorchSharp;

        // Any address but its own is refused before a connection is opened: this program never reaches for the network.
        Environment.SetEnvironmentVariable("MICROSOFTML_RESOURCE_URL", "file:///none/");
        TorchRuntime.EnsureLoaded();
        var package = typeof(TorchSharpCatalog).Assembly;
        var builtFor = package.GetReferencedAssemblies().Single(name => name.Name == "TorchSharp").Version;
        Console.WriteLine($"TorchSharp {typeof(torch).Assembly.GetName().Version} with libtorch {torch.__version__}; Microsoft.ML.TorchSharp was built for {builtFor}");

        var ml = new MLContext(seed: 1) { TempFilePath = Path.GetFullPath("temp") };
        var data = ml.Data.LoadFromTextFile<Ticket>("tickets.tsv", hasHeader: true);
        var classes = ml.MulticlassClassification.Trainers;
        object[] made =
        [
            classes.TextClassification("Class", sentence1ColumnName: "Text", maxEpochs: 1), ml.Regression.Trainers.SentenceSimilarity(),
            classes.NamedEntityRecognition(), classes.QuestionAnswer(), classes.ObjectDetection(),
        ];
        Console.WriteLine($"made: {string.Join(", ", made.Select(trainer => trainer.GetType().Name))}");

        var ours = ml.Transforms.Conversion.MapValueToKey("Class", "Label").Append(ml.Transforms.RouteSae("Features", "Text"));
        var both = ours.Append((IEstimator<ITransformer>)made[0]);

        var before = Features();
        Console.WriteLine($"features: {before.Count} rows, each {(before.All(row => row.Length > 0) ? "with some" : "without")}");
        Console.WriteLine($"fit without its file: {Failure()}");
        WriteWeights(Path.Combine(ml.TempFilePath, "mlnet", "NasBert2000000.tsm"));
        Console.WriteLine($"fit with a file: {Failure()}");

        var weights = torch.ones(2, 2);
        Console.WriteLine($"an initialiser returns its argument: {ReferenceEquals(weights, torch.nn.init.zeros_(weights))}");
        Console.WriteLine($"features afterwards: {(Features().Zip(before).All(pair => pair.First.SequenceEqual(pair.Second)) ? "the same" : "others")}");

        List<float[]> Features() =>
            [.. ours.Fit(data).Transform(data).GetColumn<VBuffer<float>>("Features").Select(row => row.GetValues().ToArray())];

        string Failure()
        {
            try
            {
                both.Fit(data);
                return "none";
            }
            catch (Exception failure)
            {
                return $"{failure.GetBaseException().GetType().Name}: {failure.GetBaseException().Message}";
            }
        }

        // The trainer looks here before it downloads. The weights are those of a new network of its own; they need not know any English.
        void WriteWeights(string path)
        {
            var words = EnglishRobertaTokenizer.Create(Resource("encoder.json"), Resource("vocab.bpe"), Resource("dict.txt"));
            words.AddMaskSymbol();
            var options = New("NasBertTrainer+NasBertOptions");
            var network = New("Models.ModelForPrediction", options, words.PadIndex, words.SymbolsCount, 2);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            ((torch.nn.Module)network.GetType().GetMethod("GetEncoder")!.Invoke(network, null)!).save(path);
        }

        Stream Resource(string name) => package.GetManifestResourceStream(name)!;

        object New(string type, params object[] arguments) => Activator.CreateInstance(
            package.GetType($"Microsoft.ML.TorchSharp.NasBert.{type}", throwOnError: true)!,
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, arguments, null)!;

        """;
}
