namespace RouteSae.Architecture.Tests;

/// <summary>A type of one room that uses a type of another.</summary>
internal sealed record Arrow(Room From, Room To, string User, string Used)
{
    public bool IsAllowed => From.Uses.Contains(To.Namespace);

    public override string ToString() => $"{From.Namespace} may not use {To.Namespace}, but {User} uses {Used}";
}
