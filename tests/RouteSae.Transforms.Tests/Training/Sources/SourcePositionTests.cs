using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using RouteSae.Tensors;
using RouteSae.Tokens.Windows;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Sources;

/// <summary>The parts of a source go on from a saved position as if they had not stopped, wherever that is.</summary>
public sealed class SourcePositionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void PackingGoesOnWithTheSameWindows() =>
        Prop.ForAll<int[][], int, byte>((documents, seed, stop) =>
        {
            var options = new PackingOptions
            {
                ContextLength = 2 + Math.Abs(seed % 5),
                EndOfText = seed % 2 == 0 ? 900 : null,
                WindowStart = seed % 3 == 0 ? 901 : null,
                ShuffleBuffer = 1 + Math.Abs(seed % 4),
                Seed = seed,
            };
            var whole = new PackedSequences(options).Pack(documents).Select(Describe).ToArray();
            var given = Math.Min(stop % 16, whole.Length);

            var read = 0;
            var first = new SequencePacker(options);
            var before = Enumerable.Range(0, given).Select(_ => Describe(first.Next(NextDocument)!)).ToArray();
            var second = new SequencePacker(options);
            Through(first.Save, second.Restore);
            var rest = new List<string>();
            while (second.Next(NextDocument) is { } window)
                rest.Add(Describe(window));

            return before.Concat(rest).SequenceEqual(whole);

            // Asked again after the end, it would begin anew, as the texts of the next pass do.
            IReadOnlyList<int>? NextDocument() => read++ % (documents.Length + 1) is var place && place < documents.Length ? documents[place] : null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void MixingGoesOnWithTheSameBatches() =>
        Prop.ForAll<byte[], int, byte>((sizes, seed, stop) =>
        {
            var (batchTokens, batches) = (1 + Math.Abs(seed % 7), 2 + Math.Abs(seed % 3));
            var whole = Drawn(new ActivationBuffer(batchTokens, batches, seed).Mix(sizes.Select((size, number) => Batch(size, number))));
            var given = Math.Min(stop % 16, whole.Length);

            var taken = 0;
            using var first = new TokenMixer(batchTokens, batches, seed);
            var before = Drawn(Enumerable.Range(0, given).Select(_ => first.Next(NextBatch)!));
            using var second = new TokenMixer(batchTokens, batches, seed + 1);
            Through(first.Save, state => second.Restore(state, CPU));
            var rest = Drawn(Rest());

            return before.Concat(rest).SequenceEqual(whole);

            HiddenStateBatch? NextBatch() => taken < sizes.Length ? Batch(sizes[taken], taken++) : null;

            IEnumerable<HiddenStateBatch> Rest()
            {
                while (second.Next(NextBatch) is { } batch)
                    yield return batch;
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ABatchThatFailsToComeLosesNoToken()
    {
        using var mixer = new TokenMixer(batchTokens: 4, batches: 2, seed: 1);
        var taken = 0;
        var batches = new List<HiddenStateBatch>();
        while (true)
        {
            try
            {
                if (mixer.Next(NextBatch) is not { } batch)
                    break;
                batches.Add(batch);
            }
            catch (OperationCanceledException)
            {
            }
        }

        Drawn(batches).SelectMany(row => row.Split(' ')).Should().HaveCount(10 * 5).And.OnlyHaveUniqueItems();

        // Every other call fails, and is made again.
        HiddenStateBatch? NextBatch() => taken++ % 2 == 0 ? throw new OperationCanceledException() : taken <= 20 ? Batch(5, taken) : null;
    }

    [Fact]
    public void TextsAreCountedAndCheckedOverAllPasses()
    {
        string[] texts = ["one", "", "three"];
        using var first = new TextStream(texts);
        for (var i = 0; i < 6; i++)
            first.Next();

        using var second = new TextStream(texts);
        Through(first.Save, state => second.Restore(state, mostPasses: 100, default));

        second.Next().Should().Be("three", "the second pass had come to its third text");
        second.Next().Should().BeNull();
    }

    [Theory]
    [InlineData("one", "two")] // too few
    [InlineData("one", "two", "four")] // another one
    [InlineData("one", "three", "two")] // another order
    [InlineData("one", "two", "three", "four")] // one more in the first pass
    [InlineData("onet", "wo", "three")] // other boundaries
    [InlineData]
    public void OtherTextsAreAnError(params string[] texts)
    {
        using var first = new TextStream(["one", "two", "three"]);
        for (var i = 0; i < 5; i++)
            first.Next();
        using var second = new TextStream(texts);

        var restore = () => Through(first.Save, state => second.Restore(state, mostPasses: 100, default));

        restore.Should().Throw<TrainingMismatchException>().WithMessage(
            "The texts are not those of the checkpoint *: the 4 texts that its training had read (all passes counted) do not come again. "
            + "Give the same texts in the same order, or train into another folder.");
    }

    [Fact]
    public void SkippingTextsCanBeCancelled()
    {
        using var first = new TextStream(["one", "two"]);
        first.Next();
        using var second = new TextStream(["one", "two"]);

        var restore = () => Through(first.Save, state => second.Restore(state, mostPasses: 100, new CancellationToken(canceled: true)));

        restore.Should().Throw<OperationCanceledException>();
    }

    private void Through(Action<TrainingState> save, Action<TrainingState> restore)
    {
        var path = _folder.File("state.safetensors");
        using (var state = new TrainingState())
        {
            save(state);
            state.Write(path);
        }
        using var read = TrainingState.Read(path);
        restore(read);
    }

    private static string Describe(PackedSequence window) => $"{string.Join(' ', window.Ids)}: {window.Length}";

    // Two hidden states; every third token is masked.
    private static HiddenStateBatch Batch(byte size, int number)
    {
        using var scope = NewDisposeScope();
        var tokens = arange(size % 40, ScalarType.Float32) + number * 100;
        var wide = tokens.unsqueeze(1).expand(tokens.shape[0], 2);
        return new HiddenStateBatch([wide.clone(), wide.neg()], size > 10 ? tokens.remainder(3) != 0 : null, [4, 6]);
    }

    private static string[] Drawn(IEnumerable<HiddenStateBatch> batches) => batches.Select(batch =>
    {
        using (batch)
        using (NewDisposeScope())
        {
            batch.Indices.Should().Equal(4, 6);
            batch.HiddenStates[1].eq(batch.HiddenStates[0].neg()).all().item<bool>().Should().BeTrue();
            return string.Join(' ', batch.HiddenStates[0].select(1, 0).contiguous().data<float>().ToArray());
        }
    }).ToArray();
}
