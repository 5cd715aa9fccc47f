using System.Text;

namespace RouteSae.Tokens.Decoders;

/// <summary>"ByteLevel": reads the tokens' bytes as one UTF-8 text.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            bytes.AddRange(ByteAlphabet.Read(token));
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }

    public override string Surface(string token) => ReadableBytes.Write(ByteAlphabet.Read(token));
}
