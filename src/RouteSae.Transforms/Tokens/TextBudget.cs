using System.Diagnostics;

namespace RouteSae.Tokens;

/// <summary>
/// What tokenizing one text may cost, so that no tokenizer's file can make a program hang or fill its memory: steps and rewritten
/// characters in proportion to the text's length, which are the same on every machine, and time for what counts no steps, the search for
/// expressions. A usual tokenizer looks at a character as often as its longest token is long, and rewrites a text a few times.
/// </summary>
/// <param name="length">The characters of the text.</param>
internal sealed class TextBudget(int length)
{
    private const double BaseSeconds = 4;
    private const double SecondsPerCharacter = 4e-6;
    private const int BaseCharacters = 4096;
    private const long BaseSteps = 1 << 20;
    private const int StepsPerCharacter = 1024;

    // The longest compatibility decomposition has 18 characters for one.
    private const int GrowthOfText = 20;
    private const int GrowthOfAllSteps = 200;

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _written;
    private long _steps;

    /// <summary>How long a single search for an expression may take.</summary>
    public static TimeSpan SearchTime { get; } = TimeSpan.FromSeconds(BaseSeconds);

    /// <summary>The most characters that a text of so many may be rewritten to.</summary>
    public static long LongestRewritten(long length) => BaseCharacters + (GrowthOfText * length);

    /// <summary>Counts characters that a step has written of its text so far.</summary>
    /// <param name="count">How many are new.</param>
    /// <param name="total">How many the step has written.</param>
    /// <exception cref="TokenizerLimitException">The text has grown too much.</exception>
    public void Write(int count, long total)
    {
        _written += count;
        if (total > LongestRewritten(length) || _written > (GrowthOfAllSteps / GrowthOfText) * LongestRewritten(length))
        {
            throw new TokenizerLimitException(
                $"The tokenizer's normalizer or pre-tokenizer rewrites a text of {length} characters to more than {GrowthOfText} characters for each of its own. "
                + "No text needs that: check the Replace and Prepend components of tokenizer.json.");
        }
    }

    /// <summary>The limits in words, for a message.</summary>
    public string Time => $"{BaseSeconds + (SecondsPerCharacter * length):F0} s for a text of {length} characters";

    /// <summary>Counts steps of a loop that a file can make long: characters looked at.</summary>
    /// <param name="count">How many steps.</param>
    /// <param name="part">What works, as the subject of the message.</param>
    /// <exception cref="TokenizerLimitException">There are too many.</exception>
    public void Work(long count, string part)
    {
        _steps += count;
        if (_steps > BaseSteps + (StepsPerCharacter * (long)length))
        {
            throw new TokenizerLimitException(
                $"{part} needs more than {StepsPerCharacter} steps per character for a text of {length} characters. The tokenizer's file makes it slow: use one with usual components.");
        }
    }

    /// <summary>Whether the time for searches is used up.</summary>
    public bool IsSpent => Stopwatch.GetElapsedTime(_start).TotalSeconds > BaseSeconds + (SecondsPerCharacter * length);
}
