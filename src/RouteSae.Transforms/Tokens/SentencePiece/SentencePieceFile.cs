using System.Text;

namespace RouteSae.Tokens.SentencePiece;

/// <summary>What a tokenizer.model says: pieces, how it was trained, how text is normalized.</summary>
internal sealed class SentencePieceFile
{
    private const int Pieces = 1;
    private const int TrainerSettings = 2;
    private const int NormalizerSettings = 3;

    private readonly List<SentencePieceEntry> _entries = [];

    private SentencePieceFile()
    {
    }

    public IReadOnlyList<SentencePieceEntry> Entries => _entries;

    /// <summary>1 for unigram, 2 for byte pairs, 3 for words, 4 for characters.</summary>
    public int ModelType { get; private set; } = 1;

    public bool ByteFallback { get; private set; }

    public bool MarksWordEnds { get; private set; }

    public int UnknownId { get; private set; }

    public string UnknownPiece { get; private set; } = "<unk>";

    public string BeginPiece { get; private set; } = "<s>";

    public string EndPiece { get; private set; } = "</s>";

    public string PaddingPiece { get; private set; } = "<pad>";

    public byte[] CharacterMap { get; private set; } = [];

    public bool AddsSpaceBefore { get; private set; } = true;

    public bool RemovesExtraSpaces { get; private set; } = true;

    public bool MarksSpaces { get; private set; } = true;

    public static SentencePieceFile Read(ReadOnlySpan<byte> data, string file)
    {
        var model = new SentencePieceFile();
        var reader = new ProtobufReader(data, file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Pieces:
                    model._entries.Add(ReadEntry(reader.Bytes, file));
                    break;
                case TrainerSettings:
                    model.ReadTrainer(reader.Bytes, file);
                    break;
                case NormalizerSettings:
                    model.ReadNormalizer(reader.Bytes, file);
                    break;
            }
        }

        return model._entries.Count > 0
            ? model
            : throw new TokenizerFormatException($"{file} has no pieces. It is not a SentencePiece model, or it is damaged.");
    }

    private static SentencePieceEntry ReadEntry(ReadOnlySpan<byte> data, string file)
    {
        var entry = new SentencePieceEntry("", 0, SentencePieceKind.Normal);
        var reader = new ProtobufReader(data, file);
        while (reader.Next())
        {
            entry = reader.Field switch
            {
                1 => entry with { Text = Text(reader.Bytes) },
                2 => entry with { Score = reader.Real },
                3 => entry with { Kind = (SentencePieceKind)reader.Integer },
                _ => entry,
            };
        }

        return entry;
    }

    private void ReadTrainer(ReadOnlySpan<byte> data, string file)
    {
        var reader = new ProtobufReader(data, file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3: ModelType = (int)reader.Integer; break;
                case 24: MarksWordEnds = reader.Integer != 0; break;
                case 35: ByteFallback = reader.Integer != 0; break;
                case 40: UnknownId = (int)reader.Integer; break;
                case 45: UnknownPiece = Text(reader.Bytes); break;
                case 46: BeginPiece = Text(reader.Bytes); break;
                case 47: EndPiece = Text(reader.Bytes); break;
                case 48: PaddingPiece = Text(reader.Bytes); break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> data, string file)
    {
        var reader = new ProtobufReader(data, file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: CharacterMap = reader.Bytes.ToArray(); break;
                case 3: AddsSpaceBefore = reader.Integer != 0; break;
                case 4: RemovesExtraSpaces = reader.Integer != 0; break;
                case 5: MarksSpaces = reader.Integer != 0; break;
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
