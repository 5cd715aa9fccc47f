using System.Runtime.Versioning;

namespace RouteSae.Native;

/// <summary>Folders that hold code to be loaded: only their owner may be able to write to them.</summary>
[SupportedOSPlatform("linux")]
internal static class PrivateFolder
{
    private const int TypeMask = 0xF000;
    private const int FolderType = 0x4000;
    private const int WritableByOthers = 0b010_010;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string Hint =
        "Set the environment variable XDG_CACHE_HOME to a folder that only you can write to.";

    /// <summary>
    /// <c>$XDG_CACHE_HOME/routesae/native</c>, or <c>~/.cache/routesae/native</c>, created if it does not exist.
    /// </summary>
    /// <exception cref="TorchLoadException">There is no such folder, or others could write to it.</exception>
    public static string NativeCache()
    {
        var root = CacheRoot();
        try
        {
            Directory.CreateDirectory(root, OwnerOnly);
            return Ensure(Path.Combine(Ensure(Path.Combine(root, "routesae")), "native"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new TorchLoadException($"The folder '{root}' cannot keep native libraries: {failure.Message} {Hint}", failure);
        }
    }

    /// <summary>Creates the folder with mode 0700, or checks the one that exists.</summary>
    /// <exception cref="TorchLoadException">It is a link, belongs to someone else, or others can write to it.</exception>
    public static string Ensure(string path)
    {
        Directory.CreateDirectory(path, OwnerOnly);
        var (user, mode) = Libc.Status(path);
        var current = Libc.EffectiveUser();
        if ((mode & TypeMask) != FolderType)
        {
            throw Refuse(path, "it is a link or not a folder");
        }

        if (user != current)
        {
            throw Refuse(path, $"it belongs to user {user}, and this process runs as user {current}");
        }

        if ((mode & WritableByOthers) != 0)
        {
            throw Refuse(path, $"others can write to it; correct it with: chmod 700 '{path}'");
        }

        return path;
    }

    private static string CacheRoot()
    {
        var configured = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (Path.IsPathFullyQualified(configured ?? ""))
        {
            return configured!;
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return Path.IsPathFullyQualified(home)
            ? Path.Combine(home, ".cache")
            : throw new TorchLoadException($"There is no home folder to keep native libraries in. {Hint}");
    }

    private static TorchLoadException Refuse(string path, string reason) =>
        new($"The folder '{path}' cannot be trusted with native libraries: {reason}. {Hint}");
}
