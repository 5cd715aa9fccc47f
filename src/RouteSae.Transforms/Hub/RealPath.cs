namespace RouteSae.Hub;

/// <summary>What a path really leads to, when every link on the way is followed.</summary>
internal static class RealPath
{
    private const int MaximumLinks = 40;

    private static readonly StringComparison s_comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>
    /// Follows the links in every part of a path. Parts that do not exist stay as they are; nothing is opened.
    /// </summary>
    /// <param name="path">A full path.</param>
    /// <returns>The path without links; null when the links lead in a circle, to the network, or cannot be read.</returns>
    public static string? Of(string path)
    {
        var current = Path.GetPathRoot(path)!;
        var pending = new Stack<string>();
        Push(pending, path[current.Length..]);
        for (var links = 0; pending.TryPop(out var part);)
        {
            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Combine(current, part);
            if (!TryReadLink(next, out var target))
            {
                return null;
            }

            if (target is null)
            {
                current = next;
                continue;
            }

            if (++links > MaximumLinks || IsNetwork(target))
            {
                return null;
            }

            var root = Path.GetPathRoot(target)!;
            current = root.Length > 0 ? Path.GetFullPath(root) : current;
            Push(pending, target[root.Length..]);
        }

        return current;
    }

    /// <summary>Whether a path is a folder or lies below it; both without links. Nothing is opened.</summary>
    public static bool IsBelow(string path, string folder)
    {
        var trimmed = Path.TrimEndingDirectorySeparator(folder);
        return path.StartsWith(trimmed, s_comparison)
            && (path.Length == trimmed.Length || Path.EndsInDirectorySeparator(trimmed) || path[trimmed.Length] == Path.DirectorySeparatorChar);
    }

    /// <summary>Whether a path names another machine, a device or a URL, on whatever system: <c>\\server\share</c>, <c>//server/share</c>, <c>\\?\…</c>, <c>file://…</c>.</summary>
    public static bool IsNetwork(string path)
    {
        var slashes = path.TrimStart().Replace('\\', '/');
        return slashes.StartsWith("//", StringComparison.Ordinal) || slashes.StartsWith("/??/", StringComparison.Ordinal)
            || slashes.Contains("://", StringComparison.Ordinal) || slashes.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
    }

    private static void Push(Stack<string> pending, string path)
    {
        var parts = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts.Where(part => part != ".").Reverse())
        {
            pending.Push(part);
        }
    }

    private static bool TryReadLink(string path, out string? target)
    {
        try
        {
            target = new FileInfo(path).LinkTarget;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            target = null;
            return false;
        }
    }
}
