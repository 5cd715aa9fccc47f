using FluentAssertions;
using RouteSae.Kernels;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed class KernelLoopTests
{
    [Theory]
    [InlineData(0, 4, 2)]
    [InlineData(1, 4, 2)]
    [InlineData(8, 4, 2)]
    [InlineData(1001, 3, 1)]
    [InlineData(1001, 3, 2)]
    [InlineData(1001, 3, 7)]
    public void EveryRowIsVisitedOnce(int count, int grain, int threads)
    {
        using var thread = new ThreadCount(threads);
        var visits = new int[count];

        KernelLoop.For(count, grain, (first, end) =>
        {
            for (var i = first; i < end; i++)
                Interlocked.Increment(ref visits[i]);
        });

        visits.Should().AllBeEquivalentTo(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AFailureReachesTheCallerWhenAllThreadsAreDone(int threads)
    {
        using var thread = new ThreadCount(threads);
        var running = 0;
        var loop = () => KernelLoop.For(100, 1, (first, end) =>
        {
            Interlocked.Increment(ref running);
            try
            {
                if (first <= 50 && end > 50)
                    throw new InvalidOperationException("row 50");
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        });

        loop.Should().Throw<InvalidOperationException>().WithMessage("row 50");
        running.Should().Be(0);
    }

    [Fact]
    public void LoopsWithinLoopsEnd()
    {
        using var thread = new ThreadCount(4);
        var sum = 0;

        KernelLoop.For(20, 1, (first, end) =>
        {
            for (var i = first; i < end; i++)
                KernelLoop.For(20, 1, (from, to) => Interlocked.Add(ref sum, to - from));
        });

        sum.Should().Be(400);
    }
}
