namespace RouteSae.Fuzz.Tests.Formats;

/// <summary>A folder into which inputs are written, one after the other; removed when the process ends.</summary>
internal sealed class ScratchFolder
{
    public ScratchFolder(string name = "input")
    {
        var parent = Directory.CreateTempSubdirectory("routesae-fuzz-");
        Path = parent.CreateSubdirectory(name).FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => parent.Delete(recursive: true);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Write(string name, byte[] bytes) => System.IO.File.WriteAllBytes(File(name), bytes);
}
