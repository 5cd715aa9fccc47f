using System.Text.Json;
using RouteSae.Autoencoders;
using RouteSae.Tokens;
using static TorchSharp.torch;

namespace RouteSae.Tests.Features;

/// <summary>
/// Sequences of tokens of the committed tokenizer, and codes with many equal activations. The first latents fire on any token, the
/// later ones on fewer and fewer.
/// </summary>
internal sealed class RandomCodes
{
    public const int Latents = 8;
    public const int Slots = 3;
    private const int EndOfText = 442;

    private static readonly string[] s_vocabulary = ReadVocabulary();

    public RandomCodes(int seed, int sequences, int length, int hiddenStates = 1, double realShare = 1)
    {
        var random = new Random(seed);
        var readable = Enumerable.Range(0, s_vocabulary.Length).Where(id => s_vocabulary[id].All(character => char.IsAscii(character) || character == 'Ġ')).ToArray();
        int[] frequent = [0, 1, 13, 30, EndOfText];
        Ids = [.. Enumerable.Range(0, sequences).Select(_ => Enumerable.Range(0, length).Select(_ =>
            random.Next(3) == 0 ? frequent[random.Next(frequent.Length)] : readable[random.Next(readable.Length)]).ToArray())];
        Real = [.. Ids.Select(sequence => sequence.Select(_ => random.NextDouble() < realShare).ToArray())];
        var places = Ids.SelectMany((sequence, row) => sequence.Select((id, column) => (row, column, id))).Where(place => Real[place.row][place.column]).ToArray();
        for (var hiddenState = 0; hiddenState < hiddenStates; hiddenState++)
        {
            foreach (var (row, column, id) in places)
            {
                var latents = Enumerable.Range(0, Latents).OrderBy(_ => random.Next()).Take(Slots);
                Codes.AddRange(latents.Select(latent => new RandomCode(row, column, latent, Value(random, latent, id))));
            }
        }
    }

    public static TextTokenizer Tokenizer { get; } = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    public int[][] Ids { get; }

    public bool[][] Real { get; }

    /// <summary>Of every real token of every hidden state in turn, <see cref="Slots"/> codes.</summary>
    public List<RandomCode> Codes { get; } = [];

    public static string Token(int id) => s_vocabulary[id];

    /// <summary>Gives all this to a collector or counter; the tensors live as long as that takes.</summary>
    public void AddTo(Action<Tensor, SparseCodes, Tensor?> add)
    {
        using var scope = NewDisposeScope();
        long[] shape = [Ids.Length, Ids[0].Length];
        var indices = tensor(Codes.Select(code => (long)code.Latent).ToArray()).view(-1, Slots);
        var values = tensor(Codes.Select(code => code.Value).ToArray()).view(-1, Slots);
        var real = Real.All(row => row.All(token => token)) ? null : tensor(Real.SelectMany(row => row).ToArray()).view(shape);
        add(tensor(Ids.SelectMany(row => row).Select(id => (long)id).ToArray()).view(shape), new SparseCodes(indices, values), real);
    }

    private static float Value(Random random, int latent, int id) =>
        latent >= Latents / 2 && id % (4 * latent) != 0 ? 0 : random.Next(-2, 12) / 4f;

    private static string[] ReadVocabulary()
    {
        var ids = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(RepositoryFiles.Golden("lm", "llama_gqa_untied", "vocab.json")))!;
        return [.. ids.Where(token => token.Value < EndOfText).OrderBy(token => token.Value).Select(token => token.Key), "<|end_of_text|>", "<|begin_of_text|>"];
    }
}
