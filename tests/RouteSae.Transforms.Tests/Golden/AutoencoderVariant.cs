using RouteSae.Autoencoders;

namespace RouteSae.Tests.Golden;

/// <summary>An inference variant of a golden case.</summary>
internal sealed record AutoencoderVariant(string Name, RoutingMode? Mode, CodeSelection Selection, float NormalizedMse, double MeanActive);
