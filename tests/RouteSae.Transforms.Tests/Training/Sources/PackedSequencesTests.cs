using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using RouteSae.Tokens.Windows;
using Xunit;

namespace RouteSae.Tests.Training.Sources;

public sealed class PackedSequencesTests
{
    private const int End = 900, Start = 901;

    [Fact]
    public void DocumentsAreJoinedCutAndPadded()
    {
        var packing = new PackedSequences(new PackingOptions { ContextLength = 4, EndOfText = End, ShuffleBuffer = 1 });

        var windows = packing.Pack([[1, 2], [], [3, 4, 5, 6], [7]]).ToArray();

        windows.Select(window => window.Ids).Should().BeEquivalentTo(
            new[] { new[] { 1, 2, End, 3 }, [4, 5, 6, End], [7, End, End, End] }, options => options.WithStrictOrdering());
        windows.Select(window => window.Length).Should().Equal(4, 4, 2);
    }

    [Fact]
    public void EveryWindowBeginsWithItsStartToken()
    {
        var packing = new PackedSequences(new PackingOptions { ContextLength = 3, WindowStart = Start, ShuffleBuffer = 1 });

        var windows = packing.Pack([[1, 2, 3, 4, 5]]).ToArray();

        windows.Select(window => window.Ids).Should().BeEquivalentTo(
            new[] { new[] { Start, 1, 2 }, [Start, 3, 4], [Start, 5, 0] }, options => options.WithStrictOrdering());
        windows[^1].Length.Should().Be(2);
    }

    [Fact]
    public void NoTokenIsLostWhateverTheDocuments() =>
        Prop.ForAll<int[][], int>((documents, seed) =>
        {
            var tokens = documents.Select(document => document.Select(token => Math.Abs(token % 800)).ToArray()).ToArray();
            var options = new PackingOptions
            {
                ContextLength = 2 + Math.Abs(seed % 7),
                EndOfText = End,
                ShuffleBuffer = 1 + Math.Abs(seed % 5),
                Seed = seed,
            };

            var windows = new PackedSequences(options).Pack(tokens).ToArray();

            var expected = tokens.SelectMany(document => document.Length == 0 ? [] : document.Append(End)).Order();
            return windows.SelectMany(window => window.Ids.Take(window.Length)).Order().SequenceEqual(expected)
                && windows.All(window => window.Ids.Length == options.ContextLength)
                && windows.Count(window => window.Length < options.ContextLength) <= 1;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void TheShuffleIsSeededAndMovesWindowsFar()
    {
        var documents = new[] { Enumerable.Range(0, 2000).ToArray() };
        int[] FirstTokens(int seed) => new PackedSequences(new PackingOptions { ContextLength = 2, ShuffleBuffer = 100, Seed = seed })
            .Pack(documents).Select(window => window.Ids[0]).ToArray();

        FirstTokens(1).Should().Equal(FirstTokens(1));
        FirstTokens(1).Should().NotEqual(FirstTokens(2));
        FirstTokens(1).Should().NotBeInAscendingOrder().And.BeEquivalentTo(Enumerable.Range(0, 1000).Select(window => window * 2));
        FirstTokens(1)[..50].Should().Contain(token => token > 100, "windows come from all of the buffer");
    }

    [Fact]
    public void DocumentsAreReadOnlyAsFarAsNeeded()
    {
        var read = 0;
        var packing = new PackedSequences(new PackingOptions { ContextLength = 2, ShuffleBuffer = 4 });

        packing.Pack(Endless()).Take(3).ToArray().Should().HaveCount(3);

        read.Should().BeLessThan(10);

        IEnumerable<IReadOnlyList<int>> Endless()
        {
            while (true)
            {
                read++;
                yield return [1, 2];
            }
        }
    }

    [Fact]
    public void ImpossibleOptionsAreNamedTogether()
    {
        var create = () => new PackedSequences(new PackingOptions { ContextLength = 1, ShuffleBuffer = 0 });

        create.Should().Throw<ArgumentException>().WithMessage(
            """
            The packing options cannot be used:
            - ContextLength is 1; it must be at least 2.
            - ShuffleBuffer is 0; it must be at least 1 (which keeps the order).
            """.ReplaceLineEndings());
    }
}
