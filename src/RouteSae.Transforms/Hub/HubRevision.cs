using System.Text.Json;
using RouteSae.Files;

namespace RouteSae.Hub;

/// <summary>What a revision is at the moment: a commit and the names of its files.</summary>
internal sealed record HubRevision(string Commit, IReadOnlySet<string> Files)
{
    /// <summary>Reads the hub's description of a revision.</summary>
    /// <exception cref="HubException">It is not such a description.</exception>
    public static HubRevision Parse(byte[] json, Uri source)
    {
        try
        {
            using var document = StrictJson.Parse(json);
            var commit = document.RootElement.GetProperty("sha").GetString() ?? "";
            var files = document.RootElement.GetProperty("siblings").EnumerateArray().Select(file => file.GetProperty("rfilename").GetString()!);
            return HubCache.IsPlainName(commit)
                ? new HubRevision(commit, files.ToHashSet(StringComparer.Ordinal))
                : throw Unexpected(source, $"the commit '{commit}'", null);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Unexpected(source, "something else than a model's description", failure);
        }
    }

    private static HubException Unexpected(Uri source, string answer, Exception? cause) =>
        new(HubFailure.UnexpectedAnswer, $"{source} answered with {answer}. Check that HF_ENDPOINT is the address of a hub, and that no proxy answers in its place.", cause);
}
