namespace RouteSae.Tokens.SentencePiece;

/// <summary>A piece of a SentencePiece model.</summary>
internal readonly record struct SentencePieceEntry(string Text, float Score, SentencePieceKind Kind);
