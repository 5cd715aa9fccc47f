using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Remembers which rows of a batch have ended while tokens are generated.</summary>
/// <param name="rows">Rows of the batch.</param>
/// <param name="endOfSequence">Ids that end a row.</param>
/// <param name="padding">What ended rows are filled with; null means the first id that ends a row.</param>
internal sealed class RowEnds(int rows, IReadOnlyCollection<int> endOfSequence, int? padding)
{
    private readonly bool[] _ended = new bool[rows];
    private readonly int[] _lengths = new int[rows];

    /// <summary>New tokens of each row, the one that ended it included.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    public bool AllEnded => Array.TrueForAll(_ended, ended => ended);

    /// <summary>Takes the tokens chosen, I64 [B], and returns those to append: padding in rows that had ended before.</summary>
    public long[] Accept(Tensor chosen)
    {
        using var scope = NewDisposeScope();
        var ids = chosen.cpu().data<long>().ToArray();
        for (var row = 0; row < ids.Length; row++)
        {
            if (_ended[row])
            {
                ids[row] = padding ?? endOfSequence.First();
                continue;
            }

            _lengths[row]++;
            _ended[row] = endOfSequence.Contains((int)ids[row]);
        }

        return ids;
    }
}
