using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RouteSae.Native;

/// <summary>The few calls of the C library that .NET has no public counterpart for. Linux only.</summary>
[SupportedOSPlatform("linux")]
internal static partial class Libc
{
    private const int CurrentFolder = -100;      // AT_FDCWD
    private const int DoNotFollowLinks = 0x100;  // AT_SYMLINK_NOFOLLOW
    private const uint BasicStatus = 0x7ff;      // STATX_BASIC_STATS
    private const int StatusSize = 256;          // sizeof(struct statx), the same on every architecture
    private const int UserOffset = 20;           // stx_uid, u32
    private const int ModeOffset = 28;           // stx_mode, u16

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    /// <summary>Gives the free pages of all heaps back to the system. A call of glibc alone.</summary>
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    public static partial int TrimHeaps(nuint keptAtTheTop);

    /// <summary>Sets a rule of the heaps. A call of glibc alone.</summary>
    [LibraryImport("libc", EntryPoint = "mallopt")]
    public static partial int SetHeapRule(int rule, int value);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>Owner and mode (type and permission bits) of the file itself, not of what a link points to.</summary>
    /// <exception cref="IOException">The file does not exist or its folder cannot be searched.</exception>
    public static (uint User, int Mode) Status(string path)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        if (ReadStatus(CurrentFolder, path, DoNotFollowLinks, BasicStatus, ref MemoryMarshal.GetReference(status)) != 0)
        {
            throw new IOException($"'{path}' cannot be examined: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        return (BinaryPrimitives.ReadUInt32LittleEndian(status[UserOffset..]),
            BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ReadStatus(int folder, string path, int flags, uint mask, ref byte status);
}
