using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using RouteSae.Tokens;
using RouteSae.Tokens.Windows;
using RouteSae.Training;
using RouteSae.Training.Sources;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Sources;

public sealed class TextActivationSourceTests : IDisposable
{
    private static readonly string[] Texts =
        [.. Enumerable.Range(0, 40).Select(i => $"Story {i}: the quick brown fox number {i} jumps over {i * 7} lazy dogs, and then it rains.")];

    private static readonly RouteSaeArchitecture Architecture = new()
    {
        HiddenSize = 32,
        RoutedHiddenStates = RouteSaeArchitecture.DefaultRoutedHiddenStates(8),
        Latents = 128,
        ActiveLatents = 8,
    };

    private readonly DecoderModel _model = DecoderModel.Load(
        RepositoryFiles.Golden("lm", "llama_gqa_untied"), new DecoderLoadOptions { Precision = Precision.Float32 });
    private readonly TextTokenizer _tokenizer = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void EveryTokenOfEveryTextArrivesOnceWithTheHiddenStatesOfItsWindow()
    {
        using var scope = NewDisposeScope();
        var options = new TextActivationOptions { ContextLength = 32, BatchTokens = 50, WindowsPerForward = 3, ShuffleBuffer = 5 };

        var batches = Source(options).Batches(Texts).ToArray();

        batches.Select(batch => batch.HiddenStates.Count).Should().AllBeEquivalentTo(5);
        batches.Select(batch => batch.Mask).Should().OnlyContain(mask => ReferenceEquals(mask, null));
        batches[..^1].Should().OnlyContain(batch => batch.Tokens == 50);
        for (var i = 0; i < 5; i++)
            Fingerprint(cat(batches.Select(batch => batch.HiddenStates[i]).ToArray()))
                .ShouldBeClose(Fingerprint(ByHand(Architecture.RoutedHiddenStates[i])), $"hidden state {i + 2}", absolute: 1e-4, relative: 1e-4);
    }

    [Fact]
    public void SpecialTokensComeOnlyWhenAskedFor()
    {
        var plain = Count(new TextActivationOptions { ContextLength = 32 });
        var special = Count(new TextActivationOptions { ContextLength = 32, IncludeSpecialTokens = true });
        var text = Texts.Sum(document => _tokenizer.Encode(document, addSpecialTokens: false).Ids.Count);
        var windows = (text + Texts.Length + 30) / 31; // 31 of 32 places are free beside the start token

        plain.Should().Be(text);
        special.Should().Be(text + Texts.Length + windows);
    }

    [Fact]
    public void PassesRepeatTheTextsInAnotherOrder()
    {
        using var scope = NewDisposeScope();
        var options = new TextActivationOptions { ContextLength = 32, BatchTokens = 64 };
        var once = Count(options);
        options.Passes = 3;

        Count(options).Should().Be(3 * once);
    }

    [Fact]
    public void ARouteSaeTrainsOnTexts()
    {
        using var model = RouteSaeModel.Create(Architecture, seed: 1);
        var options = new AutoencoderTrainerOptions { BatchTokens = 128, TotalTokens = 128 * 60, LearningRate = 3e-3 };
        using var trainer = new AutoencoderTrainer(model, options);
        var source = Source(new TextActivationOptions { ContextLength = 64, BatchTokens = options.BatchTokens, Passes = 20 });
        var reports = new List<TrainingProgress>();

        var report = trainer.Train(source.Batches(Texts), new Reports(reports.Add));

        report.EndedEarly.Should().BeFalse();
        report.Tokens.Should().Be(128 * 60);
        report.Last!.NormalizedMse.Should().BeLessThan(reports[0].NormalizedMse);
    }

    [Fact]
    public void NativeMemoryStaysFlat()
    {
        var live = new List<long>();
        foreach (var batch in Source(new TextActivationOptions { ContextLength = 32, BatchTokens = 64, Passes = 4 }).Batches(Texts))
        {
            batch.Dispose();
            live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }

        live.Should().HaveCountGreaterThan(20);
        // The window that is being mixed is alive at some batches and gone at others; beyond that nothing gathers.
        live.Skip(10).Max().Should().Be(live.Take(10).Max());
    }

    [Fact]
    public void CancellationEndsTheStream()
    {
        using var cancellationToken = new CancellationTokenSource();
        cancellationToken.Cancel();

        var enumerate = () => Source(new TextActivationOptions { ContextLength = 32 }).Batches(Texts, cancellationToken.Token).ToArray();

        enumerate.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void TextsWithoutATokenAreAnError()
    {
        var begin = () => Source(new TextActivationOptions { ContextLength = 32 }).Batches(["", ""]).ToArray();

        begin.Should().Throw<ArgumentException>().WithMessage("There is nothing to train on: the texts hold no token.");
    }

    [Fact]
    public void WhatDoesNotFitTogetherIsNamedTogether()
    {
        var options = new TextActivationOptions { ContextLength = 4096, Passes = 0 };

        var create = () => new TextActivationSource(_model, _tokenizer, [2, 8, 17], options);

        create.Should().Throw<ArgumentException>().WithMessage(
            """
            The source of activations cannot be used:
            - Passes is 0; it must be at least 1.
            - Hidden state 8 cannot be read: choose within 0 to 7 (the language model has 8 layers; the last hidden state is after the final norm).
            - Hidden state 17 cannot be read: choose within 0 to 7 (the language model has 8 layers; the last hidden state is after the final norm).
            - ContextLength is 4096, but the language model takes at most 512 tokens.
            """.ReplaceLineEndings());
    }

    private TextActivationSource Source(TextActivationOptions options) => new(_model, _tokenizer, Architecture.RoutedHiddenStates, options);

    private long Count(TextActivationOptions options) => Source(options).Batches(Texts).Sum(batch =>
    {
        using (batch)
            return batch.Tokens;
    });

    // One window after the other, without batches, shuffling or mixing.
    private Tensor ByHand(int hiddenState)
    {
        var packing = new PackedSequences(new PackingOptions
        {
            ContextLength = 32,
            EndOfText = _tokenizer.EndOfSequence,
            WindowStart = _tokenizer.BeginOfSequence,
            ShuffleBuffer = 1,
        });
        var rows = new List<Tensor>();
        foreach (var window in packing.Pack(Texts.Select(text => _tokenizer.Encode(text, addSpecialTokens: false).Ids)))
        {
            var ids = window.Ids.Take(window.Length).Select(id => (long)id).ToArray();
            using var output = _model.Forward(tensor(ids).unsqueeze(0), null, new ForwardRequest { HiddenStates = [hiddenState] });
            var text = ids.Select((id, place) => (id, place)).Where(token => !_tokenizer.SpecialTokens.Contains((int)token.id));
            rows.Add(output.HiddenState(hiddenState)[0].index_select(0, tensor(text.Select(token => (long)token.place).ToArray())));
        }
        return cat(rows);
    }

    // The rows in an order that does not depend on how they came: sorted along one direction.
    private static Tensor Fingerprint(Tensor rows)
    {
        var direction = arange(1, rows.shape[1] + 1, ScalarType.Float32).sin();
        var order = rows.mv(direction).argsort();
        return rows.index_select(0, order).mm(randn([rows.shape[1], 4], generator: new Generator(3))).sort(0).Values;
    }
}
