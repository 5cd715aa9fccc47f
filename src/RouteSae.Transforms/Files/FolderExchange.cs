using System.Runtime.InteropServices;

namespace RouteSae.Files;

/// <summary>Lets two folders change places in one step, where the system can.</summary>
internal static partial class FolderExchange
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint Exchange = 2; // RENAME_EXCHANGE

    /// <summary>Whether the folders changed places. False where the system or the file system cannot do that; nothing has changed then.</summary>
    public static bool TryExchange(string one, string other)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            return Rename(CurrentFolder, one, CurrentFolder, other, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // a C library before glibc 2.28 or musl 1.2.5
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int folderOfOne, string one, int folderOfOther, string other, uint flags);
}
