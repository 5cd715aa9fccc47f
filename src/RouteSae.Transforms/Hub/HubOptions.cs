namespace RouteSae.Hub;

/// <summary>Where models are looked for and how they are downloaded. What is null comes from the environment, as in Hugging Face's Python library.</summary>
public sealed class HubOptions
{
    /// <summary>
    /// The hub's cache. Null, the default: HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else <c>hub</c> below HF_HOME, else
    /// <c>huggingface/hub</c> below XDG_CACHE_HOME, else <c>~/.cache/huggingface/hub</c>.
    /// </summary>
    public string? CacheFolder { get; set; }

    /// <summary>The hub's address. Null, the default: HF_ENDPOINT, else <c>https://huggingface.co</c>.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// The token for gated and private models; empty for none. Null, the default: HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the
    /// file that HF_TOKEN_PATH names, else <c>token</c> below HF_HOME; none if HF_HUB_DISABLE_IMPLICIT_TOKEN is set. It is sent to
    /// <see cref="Endpoint"/> alone.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>Whether only the cache is looked at. Null, the default: HF_HUB_OFFLINE, else TRANSFORMERS_OFFLINE.</summary>
    public bool? Offline { get; set; }

    /// <summary>
    /// Whether a branch or tag that is in the cache is compared with the hub's and downloaded again when it has moved on. Default
    /// false: what is in the cache is used without a request.
    /// </summary>
    public bool CheckForUpdates { get; set; }

    /// <summary>
    /// Whether the configuration and the tokenizer are enough: a folder without weights will do, and none are downloaded. Default
    /// false. A later call without it adds the weights. A bundle's language model is always downloaded whole.
    /// </summary>
    public bool TokenizerOnly { get; set; }

    /// <summary>The longest wait for an answer or for the next bytes. Default 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request that failed for reasons that may pass is repeated, counted anew whenever bytes have come. Default 5.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>The wait before the first repetition; it doubles up to eight times as much. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait that a server may ask for (429 with Retry-After); more is an error at once. Default 5 min.</summary>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Is told of repeated requests, of waiting for another process and of a copy in the cache that is used although the hub cannot be asked. Default null.</summary>
    public IProgress<string>? Warnings { get; set; }

    /// <summary>Measures waits and limits, and tells the time that a server's date is compared with.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    internal void Validate()
    {
        var problems = Problems().ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException($"HubOptions cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");
        }
    }

    private IEnumerable<string> Problems()
    {
        if (CacheFolder is not null && string.IsNullOrWhiteSpace(CacheFolder))
        {
            yield return "CacheFolder is empty. Name a folder, or leave it null for the environment's.";
        }

        if (Endpoint is { } endpoint && !(endpoint.IsAbsoluteUri && endpoint.Scheme is "http" or "https"))
        {
            yield return $"Endpoint is '{endpoint}'. It must be an address that begins with https:// or http://.";
        }

        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromDays(1))
        {
            yield return $"Timeout is {Timeout}. It must be more than zero and at most a day.";
        }

        if (Retries < 0)
        {
            yield return $"Retries is {Retries}. It must be 0 or more.";
        }

        if (RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromHours(1))
        {
            yield return $"RetryDelay is {RetryDelay}. It must be zero to an hour.";
        }

        if (LongestRetryAfter < TimeSpan.Zero || LongestRetryAfter > TimeSpan.FromDays(1))
        {
            yield return $"LongestRetryAfter is {LongestRetryAfter}. It must be zero to a day.";
        }
    }
}
