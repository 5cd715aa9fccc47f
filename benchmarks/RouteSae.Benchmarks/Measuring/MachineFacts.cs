using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using RouteSae.Kernels;
using TorchSharp;

namespace RouteSae.Benchmarks.Measuring;

/// <summary>Where and of what the figures were taken.</summary>
internal sealed record MachineFacts(string Processor, string Commit)
{
    private const string Unknown = "unknown";

    public static MachineFacts Read() => new(ReadProcessor(), ReadCommit());

    public string ToMarkdown() =>
        $"""
        ## Machine

        | | |
        |---|---|
        | processor | {Processor} |
        | cores; libtorch threads | {Environment.ProcessorCount}; {torch.get_num_threads()} |
        | AVX-512; AVX-512 BF16 | {Says(Avx512F.IsSupported)}; {Says(NativeBFloat16.IsFast(torch.CPU))} |
        | load average at the start | {LoadAverage()} |
        | commit | {Commit} |
        | .NET; TorchSharp; libtorch | {Environment.Version}; {typeof(torch).Assembly.GetName().Version}; {torch.__version__} |
        | system | {RuntimeInformation.OSDescription} |
        | date | {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC |

        """;

    private static string Says(bool present) => present ? "yes" : "no";

    private static string ReadProcessor()
    {
        const string processors = "/proc/cpuinfo";
        if (!File.Exists(processors))
            return RuntimeInformation.ProcessArchitecture.ToString();
        string Field(string name) => File.ReadLines(processors)
            .Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(':') + 1)..].Trim())
            .FirstOrDefault(Unknown);
        return $"{Field("model name")} (family {Field("cpu family")}, model {Field("model\t")})";
    }

    private static string LoadAverage()
    {
        const string load = "/proc/loadavg";
        return File.Exists(load) ? string.Join(" ", File.ReadAllText(load).Split(' ')[..3]) : "n/a";
    }

    private static string ReadCommit()
    {
        try
        {
            return Git("rev-parse --short HEAD") is not { Length: > 0 } commit ? Unknown
                : Git("status --porcelain --untracked-files=no") is { Length: > 0 } ? $"{commit}, with changes"
                : commit;
        }
        catch (Win32Exception)
        {
            return Unknown; // no git here
        }
    }

    private static string? Git(string arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        var text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return git.ExitCode == 0 ? text : null;
    }
}
