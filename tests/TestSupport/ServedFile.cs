using System.Security.Cryptography;
using System.Text;

namespace RouteSae.TestSupport;

/// <summary>A file of a model on <see cref="LoopbackHub"/>.</summary>
public sealed class ServedFile(byte[] content)
{
    public byte[] Content { get; } = content;

    /// <summary>What the hub says its ETag is; a large file's unless changed.</summary>
    public string ETag { get; set; } = Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Large files lie on the CDN, where there is one.</summary>
    public bool IsLarge { get; set; } = true;

    /// <summary>The size that the hub announces.</summary>
    public long AnnouncedSize { get; set; } = content.Length;

    /// <summary>After how many bytes of each answer the connection breaks off, one entry an answer.</summary>
    public Queue<int> Breaks { get; } = [];

    /// <summary>Set: the answer goes on when it is completed.</summary>
    public Task? Pause { get; set; }

    public bool IgnoresRange { get; set; }

    /// <summary>A small file, whose ETag is git's.</summary>
    public static ServedFile Small(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        return new ServedFile(content)
        {
            IsLarge = false, ETag = Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content])),
        };
    }

    public static ServedFile Large(int bytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return new ServedFile(content);
    }
}
