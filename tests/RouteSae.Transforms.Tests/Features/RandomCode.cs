namespace RouteSae.Tests.Features;

/// <summary>A latent's activation on the token at a place of a batch.</summary>
internal readonly record struct RandomCode(int Row, int Column, int Latent, float Value);
