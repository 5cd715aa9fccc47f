using RouteSae.Checks;

namespace RouteSae.Tokens.Windows;

/// <summary>
/// Joins the tokens of documents to one stream and cuts it into context windows of one length, in shuffled order. No token is
/// lost: a document that does not fit goes on in the next window, and only the last window of all is padded. Streams: holds
/// the shuffle buffer in memory, not the documents.
/// </summary>
public sealed class PackedSequences
{
    private readonly PackingOptions _options;

    /// <summary>Packs under these options.</summary>
    /// <exception cref="ArgumentException">The options are not possible; the message lists every problem.</exception>
    public PackedSequences(PackingOptions? options = null)
    {
        _options = options ?? new PackingOptions();
        ArchitectureCheck.ThrowIfAny("The packing options", _options.Problems());
    }

    /// <summary>The windows of a stream of documents. Enumerating again gives the same windows in the same order.</summary>
    /// <param name="documents">The token ids of each document. Empty documents leave no trace.</param>
    public IEnumerable<PackedSequence> Pack(IEnumerable<IReadOnlyList<int>> documents)
    {
        using var document = documents.GetEnumerator();
        var packer = new SequencePacker(_options);
        while (packer.Next(() => document.MoveNext() ? document.Current : null) is { } window)
            yield return window;
    }
}
