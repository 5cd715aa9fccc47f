namespace RouteSae.Interpretation;

/// <summary>
/// The strongest activations of a latent on each token class, of the C classes with the strongest ones. Whatever the threshold,
/// they tell how many classes and contexts lie above it, as far as there are no more than C classes.
/// </summary>
/// <remarks>
/// A class that is given up, or an activation that is not stored, was not above the weakest of C other classes' maxima. That bound
/// only rises, so below it the answer stays "C classes or more".
/// </remarks>
internal sealed class StrongestByClass(int mostClasses, int activationsPerClass)
{
    private readonly List<int> _classes = [];
    private readonly List<float[]> _activations = []; // of each class: descending, 0 where there is none
    private int _weakest; // the class with the smallest maximum, once there are C

    /// <summary>How many classes have an activation above a threshold; C may stand for more.</summary>
    public int Classes(float threshold) => _activations.Count(strongest => strongest[0] > threshold);

    /// <summary>How many of the stored activations are above a threshold.</summary>
    public int Contexts(float threshold) => _activations.Sum(strongest => strongest.Count(value => value > threshold));

    /// <summary>Takes note of an activation above 0.</summary>
    public void Add(int tokenClass, float value)
    {
        var full = _classes.Count == mostClasses;
        if (full && value <= _activations[_weakest][0])
            return;
        var place = _classes.IndexOf(tokenClass);
        if (place < 0)
            place = full ? Replace(_weakest, tokenClass) : Append(tokenClass);
        Insert(_activations[place], value);
        if (_classes.Count == mostClasses && (!full || place == _weakest))
            _weakest = IndexOfWeakest();
    }

    private int Append(int tokenClass)
    {
        _classes.Add(tokenClass);
        _activations.Add(new float[activationsPerClass]);
        return _classes.Count - 1;
    }

    private int Replace(int place, int tokenClass)
    {
        _classes[place] = tokenClass;
        Array.Clear(_activations[place]);
        return place;
    }

    private static void Insert(float[] strongest, float value)
    {
        for (var place = 0; place < strongest.Length && value > 0; place++)
        {
            if (value > strongest[place])
                (strongest[place], value) = (value, strongest[place]);
        }
    }

    private int IndexOfWeakest()
    {
        var weakest = 0;
        for (var place = 1; place < _activations.Count; place++)
        {
            if (_activations[place][0] < _activations[weakest][0])
                weakest = place;
        }
        return weakest;
    }
}
