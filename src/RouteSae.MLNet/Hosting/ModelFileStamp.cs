namespace RouteSae.MLNet.Hosting;

/// <summary>What is compared to see whether a file has changed.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Written">When it was last written to.</param>
internal readonly record struct ModelFileStamp(long Length, DateTime Written)
{
    /// <summary>Looks at the file, through links. Null when it is not there or cannot be read.</summary>
    public static ModelFileStamp? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            return new ModelFileStamp(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
