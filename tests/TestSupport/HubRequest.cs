namespace RouteSae.TestSupport;

/// <summary>A request that <see cref="LoopbackHub"/> had.</summary>
public sealed record HubRequest(string Method, string Target, string? Authorization, string? Range, string? IfRange)
{
    public override string ToString() => $"{Method} {Target}";
}
