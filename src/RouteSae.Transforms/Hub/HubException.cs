namespace RouteSae.Hub;

/// <summary>A model could not be had from the Hugging Face hub or its cache. The message says what to do.</summary>
public sealed class HubException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="message">What failed, where, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public HubException(HubFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
    }

    /// <summary>The kind of failure.</summary>
    public HubFailure Failure { get; }

    /// <summary>Whether the same request may succeed a little later.</summary>
    internal bool IsTransient { get; init; }

    /// <summary>How long the server asks to wait before the next request, if it does.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether it lies with the connection or with the rights of whoever asks, so that a copy in the cache is as good as ever.</summary>
    internal bool LeavesCacheValid =>
        Failure is HubFailure.Unreachable or HubFailure.RateLimited or HubFailure.AccessDenied or HubFailure.RepositoryNotFound or HubFailure.UnexpectedAnswer;
}
