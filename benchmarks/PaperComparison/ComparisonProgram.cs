using RouteSae.LanguageModels;

namespace RouteSae.PaperComparison;

internal static class ComparisonProgram
{
    public static int Run(string[] arguments)
    {
        var options = ComparisonOptions.Parse(arguments);
        if (options.Help)
        {
            Console.WriteLine(ComparisonOptions.Usage);
            return 0;
        }
        Directory.CreateDirectory(options.Work);
        using var language = EmbeddedLanguageModel.Load(Precision.BFloat16);
        var candidates = Candidate.All(language.Model.Config, options);
        for (var seed = 1; seed <= options.Seeds; seed++)
        {
            string FileOf(Candidate candidate) => Path.Combine(options.Work, $"{candidate.Name} seed {seed}.safetensors");
            var missing = candidates.Where(candidate => !File.Exists(FileOf(candidate))).ToArray();
            if (missing.Length > 0)
                new Training(language, options).Run(missing, seed, FileOf, Console.Error.WriteLine, CancellationToken.None);
        }
        return 0;
    }
}
