using static TorchSharp.torch;

namespace RouteSae.Tests.Tensors;

/// <summary>Tensors with random types, shapes, strides and bytes.</summary>
internal static class RandomTensors
{
    public static readonly (ScalarType Type, string Name)[] Types =
    [
        (ScalarType.Float64, "F64"), (ScalarType.Float32, "F32"), (ScalarType.Float16, "F16"), (ScalarType.BFloat16, "BF16"),
        (ScalarType.Int64, "I64"), (ScalarType.Int32, "I32"), (ScalarType.Int16, "I16"), (ScalarType.Int8, "I8"),
        (ScalarType.Byte, "U8"), (ScalarType.Bool, "BOOL"),
    ];

    public static Dictionary<string, Tensor> Create(Random random)
    {
        var tensors = new Dictionary<string, Tensor>();
        for (var count = random.Next(1, 9); tensors.Count < count;)
        {
            tensors[$"t{random.Next(100)}.\"é\\{random.Next()}"] = One(random);
        }

        return tensors;
    }

    private static Tensor One(Random random)
    {
        using var scope = NewDisposeScope();
        var type = Types[random.Next(Types.Length)].Type;
        var shape = Enumerable.Range(0, random.Next(5)).Select(_ => (long)random.Next(random.Next(8) == 0 ? 1 : 6)).ToArray();
        var tensor = empty(shape, type);
        if (tensor.NumberOfElements > 0)
        {
            random.NextBytes(tensor.bytes);
            tensor = type == ScalarType.Bool ? Coins(random, shape) : tensor;
        }

        if (shape.Length > 1 && random.Next(2) == 0)
        {
            tensor = tensor.transpose(0, shape.Length - 1);
        }

        return tensor.MoveToOuterDisposeScope();
    }

    private static Tensor Coins(Random random, long[] shape)
    {
        var coins = empty(shape, ScalarType.Byte);
        random.NextBytes(coins.bytes);
        return coins.greater(127);
    }
}
