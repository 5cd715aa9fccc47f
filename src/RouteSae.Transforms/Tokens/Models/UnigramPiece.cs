namespace RouteSae.Tokens.Models;

/// <summary>A token of a unigram language model and the logarithm of its probability.</summary>
internal readonly record struct UnigramPiece(string Token, double Score);
