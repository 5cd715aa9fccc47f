namespace RouteSae.LanguageModels.Engine;

/// <summary>Named weights as they are stored.</summary>
internal interface IWeightSource
{
    /// <summary>The file or folder that the weights come from, for messages.</summary>
    string Location { get; }

    /// <summary>The names of all tensors.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Whether there is a tensor of this name.</summary>
    bool Contains(string name);

    /// <summary>Format and shape of a tensor, without reading it.</summary>
    StoredWeight Describe(string name);

    /// <summary>Reads rows of a tensor, or elements of one with a single dimension, in row-major order.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="first">Number of the first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="target">As many bytes as they have.</param>
    void Read(string name, long first, int count, Span<byte> target);
}
