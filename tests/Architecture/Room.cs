namespace RouteSae.Architecture.Tests;

/// <summary>A folder of the source tree whose types serve one purpose. Its namespace and the namespaces below it belong to it.</summary>
/// <param name="Namespace">The namespace of the folder.</param>
/// <param name="Uses">The rooms that its types may use.</param>
internal sealed record Room(string Namespace, params string[] Uses)
{
    /// <summary>Whether a namespace belongs to the room.</summary>
    public bool Holds(string name) => name == Namespace || name.StartsWith(Namespace + ".", StringComparison.Ordinal);
}
