using System.Net.Http.Headers;

namespace RouteSae.Hub;

/// <summary>What the hub announces of a file.</summary>
internal sealed record HubFile
{
    /// <summary>The model that it belongs to.</summary>
    public required HubModelId Model { get; init; }

    /// <summary>Its commit.</summary>
    public required string Commit { get; init; }

    /// <summary>Its name within the model.</summary>
    public required string Name { get; init; }

    /// <summary>What identifies the content: SHA-256 for large files, git's SHA-1 for small ones. The name of the blob.</summary>
    public required string ETag { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The SHA-256 of its content, where the hub announces it.</summary>
    public string? Sha256 => BlobDigest.IsSha256(ETag) ? ETag : null;

    /// <summary>For messages.</summary>
    public override string ToString() => $"{Name} of {Model}";

    /// <summary>Reads the headers of the answer to a HEAD request that was not followed to another server.</summary>
    /// <exception cref="HubException">They are not those of a hub.</exception>
    public static HubFile FromHeaders(HubModelId model, string commit, string name, HttpResponseMessage response)
    {
        var redirected = (int)response.StatusCode is >= 300 and < 400;
        var etag = Normalize(Header(response, "X-Linked-Etag") ?? Header(response, "ETag"));
        var size = long.TryParse(Header(response, "X-Linked-Size"), out var linked) ? linked : redirected ? null : response.Content.Headers.ContentLength;
        var theirs = Header(response, "X-Repo-Commit");
        var problem = !HubCache.IsPlainName(etag) ? "without an ETag that can name a file"
            : size is null or < 0 ? "without its size"
            : theirs is not null && theirs != commit ? $"with commit {theirs} instead of {commit}"
            : null;
        return problem is null
            ? new HubFile { Model = model, Commit = commit, Name = name, ETag = etag, Size = size!.Value }
            : throw new HubException(
                HubFailure.UnexpectedAnswer,
                $"{response.RequestMessage?.RequestUri} describes {name} {problem}. Check that HF_ENDPOINT is the address of a hub, and that no proxy answers in its place.");
    }

    /// <summary>The ETag of a response when it identifies its bytes exactly; null when it does not.</summary>
    public static EntityTagHeaderValue? StrongETag(HttpResponseMessage response) => response.Headers.ETag is { IsWeak: false } etag ? etag : null;

    private static string Normalize(string? etag)
    {
        var value = etag?.Trim() ?? "";
        return (value.StartsWith("W/", StringComparison.Ordinal) ? value[2..] : value).Trim('"');
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
