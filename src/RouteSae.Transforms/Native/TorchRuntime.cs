using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using TorchSharp;

namespace RouteSae.Native;

/// <summary>
/// Makes TorchSharp's native half load on systems whose libstdc++ is older than GCC 13 (Debian 12, Ubuntu 22.04,
/// RHEL 9). Applications need not call it: the first use of this library prepares everything.
/// </summary>
/// <remarks>
/// On 64-bit Linux a resolver is registered that .NET asks only after its own search for <c>LibTorchSharp</c> has
/// failed. Where TorchSharp loads by itself, and on Windows and macOS, nothing is copied or changed.
/// A program that calls TorchSharp before anything of this library must call <see cref="EnsureLoaded"/> first.
/// </remarks>
public static class TorchRuntime
{
    private static volatile bool _loaded;
    private static volatile int _threads; // 0: not set

    [ThreadStatic]
    private static int t_threads; // what was passed on to libtorch for this thread

    /// <summary>
    /// The most threads of one operation, libtorch's and this library's own, at least 1. Default: libtorch's choice, which is the
    /// number of cores unless <c>OMP_NUM_THREADS</c> says otherwise. Holds for the whole process; operations under way keep theirs.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public static int Threads
    {
        get => _threads > 0 ? _threads : torch.get_num_threads();
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _threads = value;
            UseThreads();
        }
    }

    /// <summary>
    /// Loads TorchSharp's native library now, so that a missing or unusable one is reported here and in full,
    /// before TorchSharp tries to help itself by copying libtorch beside the application. Cheap once it is loaded.
    /// </summary>
    /// <exception cref="TorchLoadException">
    /// The native library cannot be loaded; the message says which file or symbol is missing and what to install.
    /// </exception>
    public static void EnsureLoaded()
    {
        if (_loaded)
        {
            return;
        }

        if (IsSupportedLinux)
        {
            NativeLibrary.Load(TorchLibraryResolver.LibraryName, typeof(torch).Assembly, searchPath: null);
        }

        _loaded = true;
    }

    /// <summary>
    /// Gives the memory of tensors that have been freed back to the system, and lets large tensors be given back as soon as they are freed from
    /// now on. Call it before the first and after each model in a process that loads and frees models again and again: the C library of Linux
    /// otherwise keeps most of their memory, in a heap for each thread that made some. Takes milliseconds. Hosted models do this by themselves.
    /// </summary>
    /// <remarks>
    /// Without effect on Windows, macOS and musl. The rules of the heap are left alone where the environment has some
    /// (<c>MALLOC_MMAP_THRESHOLD_</c>, <c>MALLOC_TRIM_THRESHOLD_</c>, <c>GLIBC_TUNABLES</c>).
    /// </remarks>
    public static void ReturnFreedMemory()
    {
        if (OperatingSystem.IsLinux())
        {
            NativeHeap.Trim();
        }
    }

    /// <summary>The processor, as a default of options, which may be the first to touch TorchSharp.</summary>
    /// <exception cref="TorchLoadException">As <see cref="EnsureLoaded"/>.</exception>
    internal static torch.Device Cpu
    {
        get
        {
            EnsureLoaded();
            return torch.CPU;
        }
    }

    /// <summary>
    /// Passes <see cref="Threads"/> on to libtorch for the calling thread, if it was set. libtorch keeps a number for each thread that
    /// calls it, so that the entry points of this library call this.
    /// </summary>
    internal static void UseThreads()
    {
        var threads = _threads;
        if (threads != t_threads)
        {
            torch.set_num_threads(threads);
            t_threads = threads;
        }
    }

    [SupportedOSPlatformGuard("linux")]
    internal static bool IsSupportedLinux { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

#pragma warning disable CA2255 // A module initializer is the one hook that runs before any use of this library.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Prepare()
    {
        if (!IsSupportedLinux)
        {
            return;
        }

        OpenMpWaitPolicy.PreferPassive();
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += TorchLibraryResolver.Resolve;
        var own = AssemblyLoadContext.GetLoadContext(typeof(TorchRuntime).Assembly);
        if (own is not null && own != AssemblyLoadContext.Default)
        {
            own.ResolvingUnmanagedDll += TorchLibraryResolver.Resolve;
        }
    }
}
