using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using FluentAssertions;
using RouteSae.Native;
using Xunit;

namespace RouteSae.Tests.Native;

[SupportedOSPlatform("linux")]
public sealed class TorchLoadingTests
{
    [LinuxFact]
    public void First_use_of_the_library_makes_torch_work()
    {
        using var cache = new TemporaryFolder();
        var run = ProbeApplication.Built.Start("initializer", cache.Path);

        run.ExitCode.Should().Be(0, run.Text);
        run.Value("sum").Should().Be("6");
        run.Value("libtorch").Should().Be(Path.Combine(ProbeApplication.NativeFolder, "libtorch_cpu.so"));
        if (SystemRuntime.NeedsRepair)
        {
            run.Value("library").Should().StartWith(cache.File("routesae", "native", "libLibTorchSharp-"));
        }
        else
        {
            Directory.GetFileSystemEntries(cache.Path).Should().BeEmpty();
        }
    }

    [LinuxFact]
    public void A_library_that_loads_by_itself_is_not_copied()
    {
        using var application = new TemporaryFolder();
        using var cache = new TemporaryFolder();
        var probe = ProbeApplication.WithoutNativeLibraries(application.Path);
        ProbeApplication.LinkNativeLibraries(application.Path, except: "libLibTorchSharp");
        var image = File.ReadAllBytes(Path.Combine(ProbeApplication.NativeFolder, "libLibTorchSharp.so"));
        PatchedLibrary.Weaken(image, "libLibTorchSharp.so");
        File.WriteAllBytes(application.File("libLibTorchSharp.so"), image);

        var run = probe.Start("ensure", cache.Path);

        run.ExitCode.Should().Be(0, run.Text);
        run.Value("library").Should().Be(application.File("libLibTorchSharp.so"));
        Directory.GetFileSystemEntries(cache.Path).Should().BeEmpty();
    }

    [LinuxFact]
    public void Libraries_in_the_runtimes_folder_are_found_without_a_manifest()
    {
        using var application = new TemporaryFolder();
        using var cache = new TemporaryFolder();
        var probe = ProbeApplication.WithoutNativeLibraries(application.Path);
        var native = application.File("runtimes", "linux-x64", "native");
        ProbeApplication.LinkNativeLibraries(native);

        var run = probe.Start("initializer", cache.Path);

        run.ExitCode.Should().Be(0, run.Text);
        run.Value("sum").Should().Be("6");
    }

    [LinuxFact]
    public void Libraries_in_the_folders_of_their_packages_are_found_as_a_notebook_needs_it()
    {
        using var packages = new TemporaryFolder();
        using var cache = new TemporaryFolder();
        var assemblies = packages.File("torchsharp", "0.107.0", "lib", "net8.0");
        var probe = ProbeApplication.WithoutNativeLibraries(assemblies);
        var torchSharp = Directory.CreateDirectory(packages.File("torchsharp", "0.107.0", "runtimes", "linux-x64", "native")).FullName;
        File.CreateSymbolicLink(
            Path.Combine(torchSharp, "libLibTorchSharp.so"), Path.Combine(ProbeApplication.NativeFolder, "libLibTorchSharp.so"));
        var libtorch = packages.File("libtorch-cpu-linux-x64", "2.10.0", "runtimes", "linux-x64", "native");
        ProbeApplication.LinkNativeLibraries(libtorch, except: "libLibTorchSharp");

        var run = probe.Start("initializer", cache.Path);

        run.ExitCode.Should().Be(0, run.Text);
        run.Value("sum").Should().Be("6");
        Directory.Exists(Path.Combine(assemblies, "cpu")).Should().BeFalse("nothing has to be copied");
    }

    [LinuxFact]
    public void Processes_that_start_together_share_one_complete_copy()
    {
        using var cache = new TemporaryFolder();
        var runs = Enumerable.Range(0, 3).Select(_ => ProbeApplication.Built.Start("ensure", cache.Path)).ToList();

        foreach (var run in runs)
        {
            run.ExitCode.Should().Be(0, run.Text);
            run.Value("sum").Should().Be("6");
        }

        if (SystemRuntime.NeedsRepair)
        {
            Directory.GetFiles(cache.File("routesae", "native")).Should().ContainSingle("temporary files are renamed or deleted");
        }
    }

    [SkippableFact]
    public void A_damaged_copy_is_repaired_before_use()
    {
        Skip.IfNot(SystemRuntime.NeedsRepair, SystemRuntime.NewEnough);

        using var cache = new TemporaryFolder();
        ProbeApplication.Built.Start("ensure", cache.Path).ExitCode.Should().Be(0);
        var copy = Directory.GetFiles(cache.File("routesae", "native")).Single();
        var good = File.ReadAllBytes(copy);
        var damaged = (byte[])good.Clone();
        damaged.AsSpan(damaged.Length / 2).Clear();
        File.WriteAllBytes(copy, damaged);

        var run = ProbeApplication.Built.Start("ensure", cache.Path);

        run.ExitCode.Should().Be(0, run.Text);
        File.ReadAllBytes(copy).AsSpan().SequenceEqual(good).Should().BeTrue();
    }

    [SkippableFact]
    public void A_cache_that_others_can_write_to_is_refused()
    {
        Skip.IfNot(SystemRuntime.NeedsRepair, SystemRuntime.NewEnough);

        using var cache = new TemporaryFolder();
        var folder = Directory.CreateDirectory(cache.File("routesae", "native"));
        File.SetUnixFileMode(cache.File("routesae"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_111_111);

        var run = ProbeApplication.Built.Start("ensure", cache.Path);

        run.ExitCode.Should().Be(1);
        run.Value("failure").Should().Be(
            $"The folder '{folder.FullName}' cannot be trusted with native libraries: others can write to it; correct it with: "
            + $"chmod 700 '{folder.FullName}'. Set the environment variable XDG_CACHE_HOME to a folder that only you can write to.");
        folder.GetFiles().Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData("ensure")]
    [InlineData("options")]
    public void Without_a_native_backend_the_package_is_named_and_nothing_is_copied(string firstUse)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "Libraries are found in other ways elsewhere.");
        using var application = new TemporaryFolder();
        using var cache = new TemporaryFolder();
        var run = ProbeApplication.WithoutNativeLibraries(application.Path).Start(firstUse, cache.Path);

        run.ExitCode.Should().Be(1);
        run.Value("failure").Should().StartWith("libLibTorchSharp.so was not found: the application has no native libtorch. "
            + "Reference the package libtorch-cpu-linux-x64")
            .And.Contain(application.Path);
        Directory.Exists(application.File("cpu")).Should().BeFalse("TorchSharp must not copy libtorch beside the application");
    }

    [LinuxFact]
    public void A_missing_OpenMP_library_is_named()
    {
        using var application = new TemporaryFolder();
        using var cache = new TemporaryFolder();
        var probe = ProbeApplication.WithoutNativeLibraries(application.Path);
        ProbeApplication.LinkNativeLibraries(application.Path, except: "libgomp");

        var run = probe.Start("ensure", cache.Path);

        run.ExitCode.Should().Be(1);
        run.Value("failure").Should().StartWith("libtorch_cpu.so does not load: libgomp-").And.Contain("is missing")
            .And.Contain("libtorch-cpu-linux-x64");
    }

    [LinuxFact]
    public void A_truncated_library_is_reported_and_does_not_crash()
    {
        using var application = new TemporaryFolder();
        using var cache = new TemporaryFolder();
        var probe = ProbeApplication.WithoutNativeLibraries(application.Path);
        ProbeApplication.LinkNativeLibraries(application.Path, except: "libLibTorchSharp");
        File.WriteAllBytes(
            application.File("libLibTorchSharp.so"),
            File.ReadAllBytes(Path.Combine(ProbeApplication.NativeFolder, "libLibTorchSharp.so")).AsSpan(0, 300));

        var run = probe.Start("ensure", cache.Path);

        run.ExitCode.Should().Be(1, run.Text);
        run.Value("failure").Should().StartWith("libLibTorchSharp.so does not load: ");
    }

    [LinuxFact]
    public void Idle_OpenMP_workers_sleep_unless_the_user_decides()
    {
        using var cache = new TemporaryFolder();
        var byDefault = ProbeApplication.Built.Start("ensure", cache.Path, ("OMP_WAIT_POLICY", null));
        byDefault.Value("wait policy").Should().Be("PASSIVE");

        var chosen = ProbeApplication.Built.Start("ensure", cache.Path, ("OMP_WAIT_POLICY", "ACTIVE"));
        chosen.Value("wait policy").Should().Be("ACTIVE");
    }

    [SkippableFact]
    public void A_process_without_a_home_says_what_to_set()
    {
        Skip.IfNot(SystemRuntime.NeedsRepair, SystemRuntime.NewEnough);

        var run = ProbeApplication.Built.Start("ensure", "", ("HOME", "/proc/no-such-home"));

        run.ExitCode.Should().Be(1, run.Text);
        run.Value("failure").Should().Contain("/proc/no-such-home/.cache").And.Contain("XDG_CACHE_HOME");
    }
}
