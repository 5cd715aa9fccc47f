namespace RouteSae.Hub;

/// <summary>What options and environment amount to.</summary>
internal sealed record HubSettings
{
    public required string CacheFolder { get; init; }

    /// <summary>The hub's address without a slash at its end.</summary>
    public required string Endpoint { get; init; }

    public required string? Token { get; init; }

    public required bool Offline { get; init; }

    public required bool LinksAllowed { get; init; }

    public required bool CheckForUpdates { get; init; }

    public required bool TokenizerOnly { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required int Retries { get; init; }

    public required TimeSpan RetryDelay { get; init; }

    public required TimeSpan LongestRetryAfter { get; init; }

    public required IProgress<string>? Warnings { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <exception cref="ArgumentException">Options or variables are not valid.</exception>
    public static HubSettings From(HubOptions options, HubEnvironment environment)
    {
        options.Validate();
        return new HubSettings
        {
            CacheFolder = options.CacheFolder is { } folder ? Path.GetFullPath(folder) : environment.CacheFolder,
            Endpoint = (options.Endpoint ?? Address(environment.Endpoint)).AbsoluteUri.TrimEnd('/'),
            Token = Sendable(options.Token is { } token ? HubEnvironment.Clean(token) : environment.Token),
            Offline = options.Offline ?? environment.Offline,
            LinksAllowed = environment.LinksAllowed,
            CheckForUpdates = options.CheckForUpdates,
            TokenizerOnly = options.TokenizerOnly,
            Timeout = options.Timeout,
            Retries = options.Retries,
            RetryDelay = options.RetryDelay,
            LongestRetryAfter = options.LongestRetryAfter,
            Warnings = options.Warnings,
            Clock = options.Clock,
        };
    }

    /// <summary>Ends a wait for the server: cancelled after <see cref="Timeout"/>.</summary>
    public CancellationTokenSource StartTimeout() => new(Timeout, Clock);

    private static Uri Address(string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new ArgumentException($"The environment variable HF_ENDPOINT is '{endpoint}'. It must be an address that begins with https:// or http://.");

    // The message does not show the token: messages end up in logs.
    private static string? Sendable(string? token) =>
        token is null || token.All(c => c is > ' ' and < '\x7f')
            ? token
            : throw new ArgumentException("The token for the Hugging Face hub has characters that a token cannot have. Copy it again into HF_TOKEN or HubOptions.Token.");
}
