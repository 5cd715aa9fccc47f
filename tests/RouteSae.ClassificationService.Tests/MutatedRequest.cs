namespace RouteSae.ClassificationService.Tests;

/// <summary>A request, byte by byte.</summary>
/// <param name="Kind">What was done to it.</param>
/// <param name="Bytes">What is sent.</param>
/// <param name="MustReachTheService">Whether its head is in order, so that the web server must pass it on.</param>
/// <param name="MayGoUnanswered">Whether it may be incomplete: then its sender closes the connection, and need not get an answer.</param>
internal sealed record MutatedRequest(string Kind, byte[] Bytes, bool MustReachTheService = false, bool MayGoUnanswered = false);
