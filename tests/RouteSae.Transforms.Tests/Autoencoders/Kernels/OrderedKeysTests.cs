using System.Runtime.Intrinsics;
using FluentAssertions;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Kernels;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Numbers as integers of the same order, and choosing by them.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
public sealed unsafe class OrderedKeysTests
{
    private static readonly float[] s_ascending =
    [
        float.NegativeInfinity, float.MinValue, -1e30f, -1.00001f, -1, -1e-20f, -float.Epsilon, -0f,
        0f, float.Epsilon, 1e-20f, 1, 1.00001f, 1e30f, float.MaxValue, float.PositiveInfinity,
    ];

    [Fact]
    public void KeysHaveTheOrderOfTheNumbers()
    {
        var keys = s_ascending.Select(OrderedKeys.Key).ToArray();

        keys.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        keys.Select(OrderedKeys.Value).Select(BitConverter.SingleToInt32Bits).Should().Equal(s_ascending.Select(BitConverter.SingleToInt32Bits));
        var vector = OrderedKeys.Keys(Vector512.Create(s_ascending));
        Enumerable.Range(0, 16).Select(i => vector[i]).Should().Equal(keys);
    }

    [Fact]
    public void KeysOfBFloat16HaveTheOrderOfTheNumbers()
    {
        var numbers = Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits).Where(bits => !float.IsNaN(BFloat16Bits.ToSingle(bits))).ToArray();

        var ordered = numbers.OrderBy(OrderedKeys.Key).Select(BFloat16Bits.ToSingle).ToArray();

        ordered.Should().BeInAscendingOrder();
        numbers.Should().OnlyContain(bits => BitConverter.SingleToInt32Bits(OrderedKeys.Value(OrderedKeys.Key(bits))) == BitConverter.SingleToInt32Bits(BFloat16Bits.ToSingle(bits)));
        var some = numbers.Where((_, i) => i % 2040 == 0).Take(32).Select(bits => (short)bits).ToArray();
        var vector = OrderedKeys.Keys(Vector512.Create(some));
        Enumerable.Range(0, 32).Select(i => vector[i]).Should().Equal(some.Select(bits => OrderedKeys.Key((ushort)bits)));
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1.0001f, 1f)]
    [InlineData(-1f, -1f)]
    [InlineData(-1.0001f, -1.0078125f)]
    [InlineData(0f, 0f)]
    [InlineData(-1e-44f, -9.18355e-41f)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(float.MinValue, float.NegativeInfinity)]
    public void KeyBelowIsThatOfTheNextBFloat16Downwards(float value, float expected) =>
        OrderedKeys.Value(OrderedKeys.KeyBelow(value)).Should().Be(expected);

    [Theory]
    [InlineData(16)]
    [InlineData(48)]
    [InlineData(256)]
    public void TheKthLargestKeyIsThatOfTheSortedOnes(int count)
    {
        var random = new Random(count);
        var keys = Enumerable.Range(0, count).Select(i => i % 5 == 0 ? 77 : random.Next(int.MinValue, int.MaxValue)).ToArray();
        (keys[1], keys[2]) = (int.MinValue, int.MaxValue);
        var sorted = keys.OrderDescending().ToArray();

        fixed (int* data = keys)
        {
            for (var k = 1; k <= count; k++)
                OrderedKeys.Largest(data, count, k).Should().Be(sorted[k - 1], "k is {0}", k);
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(96)]
    [InlineData(256)]
    public void TheKthLargestShortKeyIsThatOfTheSortedOnes(int count)
    {
        var random = new Random(count);
        var keys = Enumerable.Range(0, count).Select(i => i % 5 == 0 ? (short)-3 : (short)random.Next(short.MinValue, short.MaxValue)).ToArray();
        (keys[1], keys[2]) = (short.MinValue, short.MaxValue);
        var sorted = keys.OrderDescending().ToArray();

        fixed (short* data = keys)
        {
            for (var k = 1; k <= count; k++)
                OrderedKeys.Largest(data, count, k).Should().Be(sorted[k - 1], "k is {0}", k);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(17)]
    [InlineData(64)]
    public void TheLargestValuesAreChosenAndOfEqualOnesTheFirst(int count)
    {
        var random = new Random(count);
        var values = Enumerable.Range(0, count).Select(_ => (float)random.Next(-4, 4)).ToArray();
        var keys = new int[(count + 15) / 16 * 16];
        for (var k = 1; k <= count; k++)
        {
            var chosen = new int[k];
            fixed (float* value = values)
            fixed (int* key = keys, place = chosen)
                LargestValues.Choose(value, count, k, key, place);

            chosen.Should().Equal(Enumerable.Range(0, count).OrderByDescending(i => values[i]).ThenBy(i => i).Take(k).Order(), "k is {0}", k);
        }
    }
}
