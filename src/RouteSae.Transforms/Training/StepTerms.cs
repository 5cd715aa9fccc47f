using RouteSae.Autoencoders;

namespace RouteSae.Training;

/// <summary>What a training step found before it changed anything. Its tensors belong to the step or to the trainer's scope, and hold until the next step.</summary>
/// <param name="Loss">What is minimised.</param>
/// <param name="NormalizedMse">The reconstruction error.</param>
/// <param name="LoadBalance">The load-balance loss before its coefficient; null where it is not in use.</param>
/// <param name="Routed">How the tokens were routed.</param>
/// <param name="Codes">Their codes.</param>
internal sealed record StepTerms(double Loss, double NormalizedMse, double? LoadBalance, RoutedActivations Routed, SparseCodes Codes);
