using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RouteSae.Kernels;

/// <summary>How a number of a tensor's rows is stored. Kernels compute in float32, whatever it is.</summary>
internal unsafe interface IRowNumber<TSelf>
    where TSelf : unmanaged, IRowNumber<TSelf>
{
    static abstract ScalarType Type { get; }

    /// <summary>Reads one number.</summary>
    static abstract float Read(TSelf* source);

    /// <summary>Reads 16 numbers.</summary>
    static abstract Vector512<float> Load(TSelf* source);

    /// <summary>Writes 32 numbers, rounded to nearest.</summary>
    static abstract void Store(TSelf* target, Vector512<float> low, Vector512<float> high);
}
