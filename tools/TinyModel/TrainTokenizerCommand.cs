using System.Diagnostics;
using RouteSae.Tokens;

namespace RouteSae.Tools.TinyModel;

/// <summary><c>train-tokenizer</c>: the byte-pair encoding, and the training corpora encoded with it.</summary>
internal static class TrainTokenizerCommand
{
    public static void Run(Arguments arguments)
    {
        var corpora = arguments.Text("corpora");
        var output = arguments.Text("output");
        var clock = Stopwatch.StartNew();
        var trainer = new BytePairTrainer();
        foreach (var document in Documents(corpora))
            trainer.Add(document);
        var vocabulary = trainer.Train(arguments.Number("vocabulary", 8192), [LearnedVocabulary.EndOfText]);
        var folder = Path.Combine(output, "model");
        vocabulary.Save(folder, contextLength: 256);
        Console.WriteLine($"{vocabulary.Pieces.Count} pieces in {clock.Elapsed.TotalSeconds:F0} s");

        clock.Restart();
        var tokenizer = TextTokenizer.Load(folder);
        var tokens = new List<ushort> { 0 };
        long characters = 0;
        foreach (var document in Documents(corpora))
        {
            foreach (var id in tokenizer.Encode(document, addSpecialTokens: false).Ids)
                tokens.Add(checked((ushort)id));
            tokens.Add(0);
            characters += document.Length;
        }
        TokenFile.Write(Path.Combine(output, "train.tokens"), tokens);
        Console.WriteLine($"{tokens.Count:N0} tokens of {(double)characters / tokens.Count:F2} characters in {clock.Elapsed.TotalSeconds:F0} s");
    }

    private static IEnumerable<string> Documents(string corpora) => CorpusFiles.Of(corpora, "train").SelectMany(CorpusFiles.Documents);
}
