namespace RouteSae.Tests.Storage.Hub;

/// <summary>A request that <see cref="LoopbackHub"/> had.</summary>
internal sealed record HubRequest(string Method, string Target, string? Authorization, string? Range, string? IfRange)
{
    public override string ToString() => $"{Method} {Target}";
}
