namespace RouteSae.Hub;

/// <summary>How far the download of one file is.</summary>
/// <param name="File">The file's name within the model.</param>
/// <param name="Bytes">Bytes on the disk, those of an earlier and interrupted download included.</param>
/// <param name="TotalBytes">The file's size.</param>
public sealed record HubProgress(string File, long Bytes, long TotalBytes);
