using FluentAssertions;
using RouteSae.Tools.TinyModel;
using Xunit;

namespace RouteSae.Tools.Tests;

public sealed class TokenWindowsTests
{
    [Fact]
    public void Every_window_comes_once_and_its_targets_are_the_next_tokens()
    {
        RouteSae.Native.TorchRuntime.EnsureLoaded();
        var windows = new TokenWindows([.. Enumerable.Range(0, 41).Select(i => (ushort)i)], context: 4, seed: 3);

        var (inputs, targets) = windows.Batch(0, windows.Count);
        using (inputs)
        using (targets)
        {
            var seen = inputs.data<long>().ToArray();
            seen.Order().Should().Equal(Enumerable.Range(0, 40).Select(i => (long)i));
            seen.Should().NotBeInAscendingOrder("windows are shuffled");
            targets.data<long>().ToArray().Should().Equal(seen.Select(id => id + 1));
        }
    }
}
