using RouteSae.Autoencoders;

namespace RouteSae.Training;

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
    public IEnumerable<PackedSequence> Pack(IEnumerable<IReadOnlyList<int>> documents) => Shuffled(Windows(documents));

    private IEnumerable<PackedSequence> Windows(IEnumerable<IReadOnlyList<int>> documents)
    {
        var window = new List<int>(_options.ContextLength);
        foreach (var token in Stream(documents))
        {
            if (window.Count == 0 && _options.WindowStart is { } start)
                window.Add(start);
            window.Add(token);
            if (window.Count < _options.ContextLength)
                continue;
            yield return new PackedSequence([.. window], window.Count);
            window.Clear();
        }
        if (window.Count > 0)
            yield return Padded(window);
    }

    private IEnumerable<int> Stream(IEnumerable<IReadOnlyList<int>> documents)
    {
        foreach (var document in documents)
        {
            foreach (var token in document)
                yield return token;
            if (document.Count > 0 && _options.EndOfText is { } end)
                yield return end;
        }
    }

    private PackedSequence Padded(List<int> window)
    {
        var ids = new int[_options.ContextLength];
        Array.Fill(ids, _options.EndOfText ?? 0);
        window.CopyTo(ids);
        return new PackedSequence(ids, window.Count);
    }

    // Each window changes places with a random one of the buffer, which is given out.
    private IEnumerable<PackedSequence> Shuffled(IEnumerable<PackedSequence> windows)
    {
        var random = new Random(_options.Seed);
        var buffer = new List<PackedSequence>();
        foreach (var window in windows)
        {
            if (buffer.Count < _options.ShuffleBuffer - 1)
            {
                buffer.Add(window);
                continue;
            }
            var place = random.Next(buffer.Count + 1);
            if (place == buffer.Count)
            {
                yield return window;
                continue;
            }
            yield return buffer[place];
            buffer[place] = window;
        }
        var rest = buffer.ToArray();
        random.Shuffle(rest);
        foreach (var window in rest)
            yield return window;
    }
}
