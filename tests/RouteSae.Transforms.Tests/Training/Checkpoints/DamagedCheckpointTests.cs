using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using RouteSae.Tokens;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;
using Xunit;

namespace RouteSae.Tests.Training.Checkpoints;

/// <summary>Whatever is wrong with the newest checkpoint, its checksum being right: it is named, and the training goes on from the one before.</summary>
public sealed class DamagedCheckpointTests : IDisposable, IProgress<string>
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private readonly DecoderModel _languageModel = DecoderModel.Load(
        RepositoryFiles.Golden("lm", "llama_gqa_untied"), new DecoderLoadOptions { Precision = Precision.Float32 });

    private readonly TextTokenizer _tokenizer = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    public void Dispose()
    {
        _languageModel.Dispose();
        _folder.Dispose();
    }

    void IProgress<string>.Report(string value) => _warnings.Add(value);

    [Fact]
    public void Any_damage_of_the_newest_is_reported_and_the_one_before_is_used()
    {
        Train("whole", stopAfter: 30);
        Train("cut", stopAfter: 12);
        var (newest, before) = (Checkpoint("cut", 12), Checkpoint("cut", 9));
        var (intact, earlier) = (File.ReadAllBytes(newest), File.ReadAllBytes(before));

        foreach (var (name, damage) in Damages(intact))
        {
            Directory.Delete(_folder.File("cut"), recursive: true);
            Directory.CreateDirectory(_folder.File("cut"));
            File.WriteAllBytes(before, earlier);
            File.WriteAllBytes(newest, damage);
            _warnings.Clear();

            Train("cut", stopAfter: 30);

            _warnings.Should().ContainSingle(name).Which.Should().StartWith(newest).And.EndWith($" The training goes on from {before} instead.", name);
            CheckpointFiles.ShouldBeIdentical(Checkpoint("cut", 30), Checkpoint("whole", 30), name);
        }
    }

    [Fact]
    public void When_all_are_damaged_each_is_named()
    {
        Train("cut", stopAfter: 12);
        foreach (var step in new[] { 9, 12 })
            File.WriteAllBytes(Checkpoint("cut", step), Damages(File.ReadAllBytes(Checkpoint("cut", step))).First().Bytes);

        FluentActions.Invoking(() => Train("cut", stopAfter: 30)).Should().Throw<SafetensorsFormatException>()
            .Which.Message.Should().Contain(Checkpoint("cut", 9)).And.Contain(Checkpoint("cut", 12)).And.EndWith("to begin anew.");
    }

    // It looks the same as texts that were changed since.
    [Fact]
    public void Other_texts_are_no_damage()
    {
        Train("cut", stopAfter: 12);
        File.WriteAllBytes(Checkpoint("cut", 12), WithValue(File.ReadAllBytes(Checkpoint("cut", 12)), "source.texts.sha256", remove: false, new string('0', 64)));

        FluentActions.Invoking(() => Train("cut", stopAfter: 30)).Should().Throw<TrainingMismatchException>();
        _warnings.Should().BeEmpty();
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Damages(byte[] file)
    {
        yield return ("no values", WithHeader(file, header => header["__metadata__"]!.AsObject().Remove("values")));
        yield return ("values of another kind", WithValues(file, _ => "[1, 2]"));
        yield return ("broken values", WithValues(file, values => values[..(values.Length / 2)]));
        yield return ("null values", WithValues(file, _ => "null"));
        foreach (var value in new[] { "settings", "source.texts.passes", "source.texts.consumed", "source.texts.sha256", "source.packing.random", "source.pass", "training.tokens", "training.window.sums", "training.routing.layerWeights", "training.elapsed" })
        {
            yield return ($"{value} is missing", WithValue(file, value, remove: true, null));
            yield return ($"{value} is null", WithValue(file, value, remove: false, null));
            yield return ($"{value} is of another kind", WithValue(file, value, remove: false, new JsonObject { ["surprise"] = true }));
        }

        yield return ("a negative number of tokens", WithValue(file, "training.tokens", remove: false, -5));
        yield return ("too many passes", WithValue(file, "source.texts.passes", remove: false, 1_000_000_000));
        yield return ("a random stream of zeros", WithValue(file, "source.packing.random", remove: false, new JsonArray(0, 0, 0, 0)));
        yield return ("a tensor of another name", WithHeader(file, header => Rename(header, "training.tokensSinceFired", "training.x")));
        yield return ("a tensor of another shape", WithHeader(file, header =>
        {
            var shape = header["training.model.sae.encoder.weight"]!["shape"]!.AsArray();
            header["training.model.sae.encoder.weight"]!["shape"] = new JsonArray((long)shape[1]!, (long)shape[0]!);
        }));
        yield return ("a tensor of another type", WithHeader(file, header => header["training.model.sae.encoder.weight"]!["dtype"] = "I32"));
        yield return ("truncated", file[..(file.Length / 2)]);
        yield return ("empty", []);
        yield return ("not safetensors", Encoding.UTF8.GetBytes("{}"));
    }

    private static void Rename(JsonObject header, string name, string other)
    {
        var entry = header[name]!.DeepClone();
        header.Remove(name);
        header[other] = entry;
    }

    private static byte[] WithValue(byte[] file, string name, bool remove, JsonNode? value) => WithValues(file, values =>
    {
        var parsed = JsonNode.Parse(values)!.AsObject();
        parsed.ContainsKey(name).Should().BeTrue(name);
        if (remove)
            parsed.Remove(name);
        else
            parsed[name] = value;
        return parsed.ToJsonString();
    });

    private static byte[] WithValues(byte[] file, Func<string, string> change) => WithHeader(file, header =>
    {
        var metadata = header["__metadata__"]!;
        metadata["values"] = change((string)metadata["values"]!);
    });

    /// <summary>The file with another header and the checksum that fits.</summary>
    private static byte[] WithHeader(byte[] file, Action<JsonObject> change)
    {
        var length = (int)BitConverter.ToInt64(file, 0);
        var header = JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        change(header);
        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        json = [.. json, .. Enumerable.Repeat((byte)' ', (8 - (json.Length % 8)) % 8)];
        byte[] changed = [.. BitConverter.GetBytes((long)json.Length), .. json, .. file[(8 + length)..]];
        Array.Clear(changed, changed.Length - 32, 32);
        SHA256.HashData(changed).CopyTo(changed, changed.Length - 32);
        return changed;
    }

    private string Checkpoint(string name, int step) => Path.Combine(_folder.File(name), $"step-{step:D12}.safetensors");

    private void Train(string name, int stopAfter)
    {
        const int BatchTokens = 32;
        var architecture = new RouteSaeArchitecture { HiddenSize = 32, RoutedHiddenStates = [2, 4], Latents = 64, ActiveLatents = 4 };
        using var model = RouteSaeModel.Create(architecture, seed: 1);
        using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions { TotalTokens = 30 * BatchTokens, BatchTokens = BatchTokens });
        var texts = Enumerable.Range(0, 60).Select(i => $"Story {i}: the quick brown fox number {i} jumps over {i * 7} lazy dogs.");
        using var source = new TextActivationSource(_languageModel, _tokenizer, architecture.RoutedHiddenStates, new TextActivationOptions
        {
            ContextLength = 32, WindowsPerForward = 4, ShuffleBuffer = 8, BatchTokens = BatchTokens, MixedBatches = 4, Passes = 2,
        }).Open(texts);
        using var stop = new CancellationTokenSource();
        var options = new CheckpointOptions { Folder = _folder.File(name), StepInterval = 3, Warnings = this };
        try
        {
            trainer.Options.ReportInterval = 1;
            trainer.Train(source, options, new Reports(progress =>
            {
                if (progress.Step >= stopAfter)
                    stop.Cancel();
            }), stop.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
