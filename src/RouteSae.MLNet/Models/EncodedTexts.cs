using RouteSae.Features;

namespace RouteSae.MLNet.Models;

/// <summary>Texts and what they cost.</summary>
/// <param name="Codes">The codes of each text, in order.</param>
/// <param name="Computed">For how many of them the network ran.</param>
internal readonly record struct EncodedTexts(TextCodes[] Codes, int Computed);
