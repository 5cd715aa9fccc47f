using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RouteSae.Hub;
using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Engine;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>Loads engines, and keeps what they hand over.</summary>
internal sealed class EngineRun : IHiddenStateReader
{
    private readonly Dictionary<int, float[][]> _states = [];

    /// <summary>Hidden states as rows, one a token.</summary>
    public IReadOnlyDictionary<int, float[][]> States => _states;

    public void Read(int hiddenState, HiddenRows rows)
    {
        var copied = new float[rows.Count][];
        for (var row = 0; row < rows.Count; row++)
        {
            copied[row] = rows[row].ToArray();
        }

        _states.Add(hiddenState, copied);
    }

    public static EngineWeights Weights(string folder, int? last = null)
    {
        var path = Path.Combine(folder, "config.json");
        using var source = Checkpoint.OpenFolder(folder);
        return new EngineLoader(DecoderConfig.Parse(File.ReadAllText(path), path), new TensorWeights(source), last).Load();
    }

    public static DecoderEngine Load(string folder, int? last = null) => new(Weights(folder, last));

    /// <summary>All hidden states of some texts.</summary>
    public static EngineRun Of(DecoderEngine engine, params int[][] texts)
    {
        var run = new EngineRun();
        engine.Forward(RaggedTokens.Of(texts), [.. Enumerable.Range(0, engine.LastHiddenState + 1)], run);
        return run;
    }

    /// <summary>A hidden state, [tokens, D].</summary>
    public Tensor State(int index) => tensor(States[index].SelectMany(row => row).ToArray(), [States[index].Length, States[index][0].Length]);

    /// <summary>SHA-256 of some rows of all hidden states.</summary>
    public string Hash(int firstRow, int count)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, rows) in _states.OrderBy(state => state.Key))
        {
            foreach (var row in rows.AsSpan(firstRow, count))
            {
                hash.AppendData(MemoryMarshal.AsBytes(row.AsSpan()));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>A hash for each text of a batch.</summary>
    public static string[] Hashes(DecoderEngine engine, params int[][] texts)
    {
        var (run, start) = (Of(engine, texts), 0);
        return [.. texts.Select(text =>
        {
            start += text.Length;
            return run.Hash(start - text.Length, text.Length);
        })];
    }
}
