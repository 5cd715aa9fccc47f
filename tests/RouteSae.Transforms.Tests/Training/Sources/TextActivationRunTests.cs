using System.Security.Cryptography;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using RouteSae.Tokens;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Training.Sources;

public sealed class TextActivationRunTests : IDisposable
{
    private static readonly string[] Texts =
        [.. Enumerable.Range(0, 14).Select(i => i % 7 == 3 ? "" : $"Story {i}: the quick brown fox number {i} jumps over {i * 7} lazy dogs, and then it rains.")];

    private static readonly RouteSaeArchitecture Architecture = new()
    {
        HiddenSize = 32,
        RoutedHiddenStates = [2, 4],
        Latents = 128,
        ActiveLatents = 8,
    };

    private static readonly string Checkpoint = RepositoryFiles.Golden("lm", "llama_gqa_untied");

    private readonly DecoderModel _model = DecoderModel.Load(Checkpoint, new DecoderLoadOptions { Precision = Precision.Float32 });
    private readonly TextTokenizer _tokenizer = TextTokenizer.Load(Checkpoint);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private static TextActivationOptions Options => new()
    {
        ContextLength = 24, BatchTokens = 30, WindowsPerForward = 3, ShuffleBuffer = 9, MixedBatches = 3, Passes = 2, Seed = 5,
    };

    [Fact]
    public void WhereverItStopsItGoesOnWithTheSameBatches()
    {
        using var whole = Source(Options).Open(Texts);
        var expected = Rest(whole);

        for (var stop = 0; stop <= expected.Length; stop++)
        {
            using var first = Source(Options).Open(Texts);
            for (var i = 0; i < stop; i++)
                first.Next()!.Dispose();
            Save(first);
            using var second = Source(Options).Open(Texts);
            Restore(second);

            Rest(second).Should().Equal(expected[stop..], $"it stopped after {stop} batches");
        }
    }

    [Fact]
    public void SavingChangesNothing()
    {
        using var whole = Source(Options).Open(Texts);
        using var saved = Source(Options).Open(Texts);
        var expected = Rest(whole);

        var batches = new List<string>();
        while (Next(saved) is { } batch)
        {
            batches.Add(batch);
            Save(saved);
        }

        batches.Should().Equal(expected);
    }

    [Fact]
    public void BatchesAndRunAreTheSame() =>
        Source(Options).Batches(Texts).Select(Describe).Should().Equal(Rest(Source(Options).Open(Texts)));

    [Fact]
    public void ACancelledRunLosesNothingAndCanBeSaved()
    {
        using var whole = Source(Options).Open(Texts);
        var expected = Rest(whole);
        using var cancelled = Source(Options).Open(Texts);
        var batches = new List<string> { Next(cancelled)! };
        var read = 0;
        var next = () =>
        {
            while (true)
            {
                batches.Add(Describe(cancelled.Next(new CancellationToken(canceled: true))!));
                read++;
            }
        };
        next.Should().Throw<OperationCanceledException>();
        read.Should().BeLessThan(expected.Length - 1);

        Save(cancelled);
        using var resumed = Source(Options).Open(Texts);
        Restore(resumed);

        batches.Concat(Rest(resumed)).Should().Equal(expected);
    }

    [Fact]
    public void TextsThatWereReadAreSkippedAndNoMoreThanThose()
    {
        using var first = Source(Options).Open(Texts);
        first.Next()!.Dispose();
        Save(first);
        var readBefore = 0;
        using var second = Source(Options).Open(Counted());

        Restore(second);

        using var state = TrainingState.Read(_folder.File("state.safetensors"));
        readBefore.Should().Be(state.Value<int>("texts.consumed")).And.BeInRange(1, Texts.Length - 1);

        IEnumerable<string> Counted() => Texts.Select(text =>
        {
            readBefore++;
            return text;
        });
    }

    [Fact]
    public void OtherTextsAreAnError()
    {
        using var first = Source(Options).Open(Texts);
        first.Next()!.Dispose();
        Save(first);
        using var second = Source(Options).Open(Texts.Select(text => text.Replace("fox", "cat")));

        second.Invoking(s => Restore(s)).Should().Throw<TrainingMismatchException>().WithMessage("The texts are not those of the checkpoint*");
    }

    [Fact]
    public void SettingsNameEverythingThatDecidesTheBatches()
    {
        using var run = Source(Options).Open(Texts);

        run.Settings.Should().Contain(new Dictionary<string, string>
        {
            ["BatchTokens"] = "30", ["ContextLength"] = "24", ["HiddenStates"] = "2, 4", ["IncludeSpecialTokens"] = "false", ["MixedBatches"] = "3",
            ["Passes"] = "2", ["Seed"] = "5", ["ShuffleBuffer"] = "9", ["WindowsPerForward"] = "3",
        });
        run.Settings["LanguageModel"].Should().StartWith("llama, Float32, ");
    }

    [Fact]
    public void AnotherLanguageModelHasOtherSettingsAndTheSameOneDoesNot()
    {
        using var same = DecoderModel.Load(Checkpoint, new DecoderLoadOptions { Precision = Precision.Float32 });
        using var other = DecoderModel.Load(Checkpoint, new DecoderLoadOptions { Precision = Precision.Float32 });
        other.Layers[3].FeedForward.Down[0, 0] += 1;

        Settings(same).Should().Equal(Settings(_model));
        Settings(other)["LanguageModel"].Should().NotBe(Settings(_model)["LanguageModel"]);

        IReadOnlyDictionary<string, string> Settings(DecoderModel model)
        {
            using var run = new TextActivationSource(model, _tokenizer, Architecture.RoutedHiddenStates, Options).Open(Texts);
            return run.Settings;
        }
    }

    [Fact]
    public void NoTensorIsLeftBehind()
    {
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (var first = Source(Options).Open(Texts))
        using (var second = Source(Options).Open(Texts))
        {
            first.Next()!.Dispose();
            Save(first);
            Restore(second);
            second.Next()!.Dispose();
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    private TextActivationSource Source(TextActivationOptions options) => new(_model, _tokenizer, Architecture.RoutedHiddenStates, options);

    private void Save(IActivationSource source)
    {
        using var state = new TrainingState();
        source.Save(state);
        state.Write(_folder.File("state.safetensors"));
    }

    private void Restore(IActivationSource source)
    {
        using var state = TrainingState.Read(_folder.File("state.safetensors"));
        source.Restore(state);
    }

    private static string[] Rest(IActivationSource source)
    {
        var batches = new List<string>();
        while (Next(source) is { } batch)
            batches.Add(batch);
        return [.. batches];
    }

    private static string? Next(IActivationSource source) => source.Next() is { } batch ? Describe(batch) : null;

    // A hash of every bit of a batch.
    private static string Describe(HiddenStateBatch batch)
    {
        using (batch)
        {
            batch.Indices.Should().Equal(Architecture.RoutedHiddenStates);
            var bits = batch.HiddenStates.SelectMany(state => state.bytes.ToArray()).ToArray();
            return $"{batch.Tokens} tokens, {Convert.ToHexStringLower(SHA256.HashData(bits))[..16]}";
        }
    }
}
