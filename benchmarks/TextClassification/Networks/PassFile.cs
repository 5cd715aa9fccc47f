using System.Runtime.InteropServices;
using System.Text;
using RouteSae.Files;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Features of a pass of a language model in the work folder: a run that was stopped need not make the pass again.</summary>
/// <param name="folder">The work folder.</param>
/// <param name="set">The set's name.</param>
/// <param name="deciding">What decides the features; another text means another file.</param>
internal sealed class PassFile(string folder, string set, string deciding)
{
    /// <summary>Reads the features of a pass; null where there are none, or they are of something else.</summary>
    public SparseRows[]? Read(string pass)
    {
        if (!File.Exists(PathOf(pass)))
            return null;
        using var reader = new BinaryReader(File.OpenRead(PathOf(pass)), Encoding.UTF8);
        return reader.ReadString() == deciding ? [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => ReadRows(reader))] : null;
    }

    /// <summary>Writes the features of a pass, all or nothing.</summary>
    public void Write(string pass, SparseRows[] features)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(PathOf(pass), stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write(deciding);
            writer.Write(features.Length);
            foreach (var rows in features)
            {
                writer.Write(rows.Columns);
                writer.Write(rows.IsDense);
                WriteArray<int>(writer, rows.Starts);
                WriteArray<int>(writer, rows.IsDense ? [] : rows.Indices);
                WriteArray<float>(writer, rows.Values);
            }
        });
    }

    private string PathOf(string pass) => Path.Combine(folder, $"{set}.{pass}.pass");

    private static SparseRows ReadRows(BinaryReader reader)
    {
        var (columns, dense) = (reader.ReadInt32(), reader.ReadBoolean());
        var rows = new SparseRows(columns, ReadArray<int>(reader), ReadArray<int>(reader), ReadArray<float>(reader));
        return dense ? SparseRows.Dense(rows.Values, columns) : rows;
    }

    private static void WriteArray<T>(BinaryWriter writer, T[] values)
        where T : struct
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static T[] ReadArray<T>(BinaryReader reader)
        where T : struct
    {
        var values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
