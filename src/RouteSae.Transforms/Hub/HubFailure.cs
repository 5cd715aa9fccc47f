namespace RouteSae.Hub;

/// <summary>Why a model could not be had from the hub.</summary>
public enum HubFailure
{
    /// <summary>There is no such model, or it is private and whoever asks may not see it.</summary>
    RepositoryNotFound,

    /// <summary>The model has no such branch, tag or commit.</summary>
    RevisionNotFound,

    /// <summary>The model has no file of this name.</summary>
    FileNotFound,

    /// <summary>The model is gated or private: its licence is not accepted, or the token is missing or has too few rights.</summary>
    AccessDenied,

    /// <summary>The hub wants fewer requests.</summary>
    RateLimited,

    /// <summary>No connection, no answer in time, or a server that fails, after all attempts.</summary>
    Unreachable,

    /// <summary>Downloading is switched off, and the cache does not hold the model.</summary>
    Offline,

    /// <summary>What came is not what the hub had announced: another size or another hash.</summary>
    Damaged,

    /// <summary>The model has no weights or no configuration that can be read here.</summary>
    Unsupported,

    /// <summary>An answer that a hub does not give; often another server at that address.</summary>
    UnexpectedAnswer,

    /// <summary>The cache cannot be written, or its disk is full.</summary>
    Storage,
}
