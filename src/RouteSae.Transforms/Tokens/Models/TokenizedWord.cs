namespace RouteSae.Tokens.Models;

/// <summary>The tokens of one word; the spans count from the word's start.</summary>
internal sealed record TokenizedWord(int[] Ids, CharacterSpan[] Spans);
