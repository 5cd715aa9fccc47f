using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Reference;
using RouteSae.Tests.Golden;
using RouteSae.Tokens;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Sources;

public sealed class ReferenceActivationSourceTests : IDisposable
{
    private static readonly string[] Texts = ["The river was high after the rain.", "Nobody in the village wanted to cross it before morning.", "Anna counted the boats."];

    private readonly DecoderModel _model = DecoderModel.Load(
        RepositoryFiles.Golden("lm", "llama_gqa_untied"), new DecoderLoadOptions { Precision = Precision.Float32 });
    private readonly TextTokenizer _tokenizer = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void EveryPositionOfEverySequenceComesWithTheHiddenStatesOfTheModel()
    {
        using var scope = NewDisposeScope();
        var options = new ReferenceSequenceOptions { MaxLength = 8, BatchSize = 2 };
        var source = new ReferenceActivationSource(_model, _tokenizer, [8, 0, 3], options);
        var batches = source.Batches(Texts).ToArray();

        batches.Select(batch => batch.Tokens).Should().Equal(16, 16);
        batches.Select(batch => batch.Mask).Should().OnlyContain(mask => ReferenceEquals(mask, null));
        foreach (var (batch, sequences) in batches.Zip(source.Sequences.Batches(Texts)))
        {
            var ids = tensor(sequences.SelectMany(row => row.Ids.Select(id => (long)id)).ToArray()).view(2, 8);
            var mask = tensor(sequences.SelectMany(row => Enumerable.Range(0, 8).Select(place => place < row.Length)).ToArray()).view(2, 8);
            using var output = _model.Forward(ids, mask, new ForwardRequest { HiddenStates = [0, 3, 8] });
            batch.HiddenStates.Should().HaveCount(3);
            batch.Indices.Should().Equal(8, 0, 3);
            batch.HiddenStates[0].ShouldBeIdentical(output.HiddenState(8).flatten(0, 1), "hidden state 8");
            batch.HiddenStates[1].ShouldBeIdentical(output.HiddenState(0).flatten(0, 1), "hidden state 0");
            batch.HiddenStates[2].ShouldBeIdentical(output.HiddenState(3).flatten(0, 1), "hidden state 3");
        }
    }

    [Fact]
    public void ATrainingOnItGoesOnWhereItWasStopped()
    {
        using var folder = new TemporaryFolder();
        var whole = Train("whole", Texts, stopAfter: null);

        Train("stopped", Texts, stopAfter: 4).Should().BeNull();
        var resumed = Train("stopped", Texts, stopAfter: null);

        resumed.Should().Equal(whole);
        Train("other", Texts, stopAfter: 4);
        FluentActions.Invoking(() => Train("other", [.. Texts.Reverse()], stopAfter: null)).Should().Throw<TrainingMismatchException>().WithMessage("*The texts are not those of the checkpoint*");

        // The encoder's weights; null when it was stopped.
        float[]? Train(string name, string[] texts, int? stopAfter)
        {
            var topK = new TopKArchitecture { HiddenSize = 32, Latents = 48, ActiveLatents = 4, Fidelity = Fidelity.Reference };
            using var model = new SingleLayerModel(TopKAutoencoder.Create(topK, seed: 1), 3);
            using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions { BatchTokens = 8, TotalTokens = 80, ReportInterval = 1 });
            using var cancellationToken = new CancellationTokenSource();
            var source = new ReferenceActivationSource(_model, _tokenizer, [3], new ReferenceSequenceOptions { MaxLength = 8, BatchSize = 1, Epochs = 4 });
            using var run = source.Open(texts);
            var progress = new Reports(report =>
            {
                if (report.Step == stopAfter)
                    cancellationToken.Cancel();
            });
            try
            {
                trainer.Train(run, new CheckpointOptions { Folder = folder.File(name) }, progress, cancellationToken.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            using var encoder = model.Autoencoder.EncoderWeight.detach();
            return encoder.data<float>().ToArray();
        }
    }

    [Fact]
    public void NativeMemoryStaysFlat()
    {
        var source = new ReferenceActivationSource(_model, _tokenizer, [2, 3], new ReferenceSequenceOptions { MaxLength = 4, BatchSize = 1, Epochs = 3 });
        var live = new List<long>();
        foreach (var batch in source.Batches(Texts))
        {
            batch.Dispose();
            live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }

        live.Should().HaveCountGreaterThan(8);
        live.Distinct().Should().HaveCount(1);
    }

    [Fact]
    public void CancellationEndsTheStream()
    {
        using var cancellationToken = new CancellationTokenSource();
        cancellationToken.Cancel();

        var enumerate = () => new ReferenceActivationSource(_model, _tokenizer, [2]).Batches(Texts, cancellationToken.Token).ToArray();

        enumerate.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void WhatDoesNotFitTogetherIsNamedTogether()
    {
        var options = new ReferenceSequenceOptions { MaxLength = 1024 };

        var create = () => new ReferenceActivationSource(_model, _tokenizer, [-1, 4, 9], options);

        create.Should().Throw<ArgumentException>().WithMessage(
            """
            The reference's activations cannot be used:
            - Hidden state -1 does not exist in this model: choose within 0 to 8.
            - Hidden state 9 does not exist in this model: choose within 0 to 8.
            - MaxLength is 1024, but the language model takes at most 512 tokens.
            """.ReplaceLineEndings());
    }
}
