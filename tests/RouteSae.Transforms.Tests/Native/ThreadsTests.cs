using FluentAssertions;
using RouteSae.Features;
using RouteSae.Native;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Native;

[CollectionDefinition(nameof(ThreadsTests), DisableParallelization = true)]
[Collection(nameof(ThreadsTests))]
public sealed class ThreadsTests
{
    [Fact]
    public void The_default_is_what_libtorch_chose() => TorchRuntime.Threads.Should().Be(torch.get_num_threads());

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Less_than_one_is_refused(int threads)
    {
        var set = () => TorchRuntime.Threads = threads;

        set.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("value");
    }

    [Fact]
    public void A_new_number_reaches_threads_that_have_used_libtorch_before()
    {
        var before = TorchRuntime.Threads;
        var (mine, other) = (0, 0);
        using var ready = new ManualResetEventSlim();
        using var set = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            torch.zeros(1).Dispose();
            ready.Set();
            set.Wait();
            TorchRuntime.UseThreads();
            other = torch.get_num_threads();
        });
        thread.Start();
        ready.Wait();
        try
        {
            TorchRuntime.Threads = before + 1;
            mine = torch.get_num_threads();
            set.Set();
            thread.Join();
        }
        finally
        {
            TorchRuntime.Threads = before;
        }

        mine.Should().Be(before + 1);
        other.Should().Be(before + 1);
    }

    [Fact]
    public void Features_are_the_same_to_the_bit_on_any_number_of_threads()
    {
        var before = TorchRuntime.Threads;
        using var featurizer = SmallBundle.Build().LoadFeaturizer();
        string[] texts = [.. Enumerable.Range(1, 300).Select(words => string.Concat(Enumerable.Repeat("the order has not arrived. ", words % 13)))];
        try
        {
            var vectors = new List<FeatureVector[]>();
            foreach (var threads in new[] { 1, 2, 3 })
            {
                TorchRuntime.Threads = threads;
                vectors.Add(featurizer.Featurize(texts, Pooling.Sum));
            }

            vectors[1].Should().Equal(vectors[0]);
            vectors[2].Should().Equal(vectors[0]);
        }
        finally
        {
            TorchRuntime.Threads = before;
        }
    }
}
