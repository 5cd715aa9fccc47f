using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RouteSae.Features;

namespace RouteSae.MLNet.Models;

/// <summary>
/// The codes of the texts that were encoded first, as long as the budget lasts, so that trainers which pass over the data many times,
/// folds and trials do not run the network again. Nothing is evicted: where readers pass over more texts than fit, again and again,
/// whatever goes would be wanted again before whatever came. Texts are known by their SHA-256, not kept. Thread-safe.
/// </summary>
internal sealed class CodesCache(CacheBudget budget)
{
    private const int BytesOfAnEntry = 96;

    private readonly ConcurrentDictionary<UInt128, TextCodes> _codes = new();
    private long _used;

    /// <summary>A cache with a budget of its own.</summary>
    public CodesCache(long bytes)
        : this(new CacheBudget(bytes))
    {
    }

    /// <summary>Whether a text has been turned away.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Encodes the texts that are not in the cache, and keeps them.</summary>
    public EncodedTexts Encode(IReadOnlyList<string?> texts, Func<IReadOnlyList<string?>, TextCodes[]> encode)
    {
        var codes = new TextCodes[texts.Count];
        var keys = new UInt128[texts.Count];
        var missing = new List<int>();
        for (var i = 0; i < codes.Length; i++)
        {
            keys[i] = Key(texts[i]);
            if (_codes.TryGetValue(keys[i], out var known))
            {
                codes[i] = known;
            }
            else
            {
                missing.Add(i);
            }
        }

        if (missing.Count > 0)
        {
            var computed = encode([.. missing.Select(i => texts[i])]);
            for (var i = 0; i < computed.Length; i++)
            {
                codes[missing[i]] = computed[i];
                Keep(keys[missing[i]], computed[i]);
            }
        }

        return new EncodedTexts(codes, missing.Count);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _codes.Clear();
        budget.GiveBack(Interlocked.Exchange(ref _used, 0));
        IsFull = false;
    }

    private static UInt128 Key(string? text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    private void Keep(UInt128 key, TextCodes codes)
    {
        var size = codes.Bytes + BytesOfAnEntry;
        if (!budget.TryTake(size))
        {
            IsFull = true;
        }
        else if (_codes.TryAdd(key, codes))
        {
            Interlocked.Add(ref _used, size);
        }
        else
        {
            budget.GiveBack(size); // the same text, twice in a window or from another thread
        }
    }
}
