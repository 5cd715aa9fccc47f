namespace RouteSae.Tokens.Models;

/// <summary>A token within a word while it is merged: its id and the characters of the word that it covers.</summary>
internal record struct Symbol(int Id, int Start, int End);
