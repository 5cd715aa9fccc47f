using TorchSharp;

namespace RouteSae.Kernels;

/// <summary>Tells where bfloat16 products are faster than float32 ones.</summary>
internal static class NativeBFloat16
{
    private static readonly Lazy<bool> s_cpu = new(ReadProcessorFlags);

    public static bool IsFast(torch.Device device) => device.type == DeviceType.CPU ? s_cpu.Value : device.type == DeviceType.CUDA;

    /// <summary>Linux lists the instruction set extension; elsewhere float32 is the safe choice.</summary>
    private static bool ReadProcessorFlags()
    {
        const string processors = "/proc/cpuinfo";
        return OperatingSystem.IsLinux() && File.Exists(processors)
            && File.ReadLines(processors).FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) is { } flags
            && flags.Contains(" avx512_bf16", StringComparison.Ordinal);
    }
}
