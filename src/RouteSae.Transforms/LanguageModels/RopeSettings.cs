namespace RouteSae.LanguageModels;

/// <summary>The frequencies of a rotary position embedding.</summary>
/// <param name="Theta">Their base.</param>
/// <param name="Scaling">How they are stretched.</param>
public sealed record RopeSettings(double Theta, RopeScaling Scaling);
