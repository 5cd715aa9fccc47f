namespace RouteSae.Fuzz.Tests;

/// <summary>A file format under test.</summary>
internal sealed record FuzzFormat
{
    public required string Name { get; init; }

    /// <summary>Valid files; the mutated ones are made of them.</summary>
    public required IReadOnlyList<byte[]> Seeds { get; init; }

    /// <summary>Makes an input of a seed.</summary>
    public required Func<byte[], Random, byte[]> Mutate { get; init; }

    /// <summary>Loads an input and uses what it holds.</summary>
    public required Action<byte[]> Load { get; init; }

    /// <summary>The exceptions that the loader documents.</summary>
    public required IReadOnlyList<Type> Documented { get; init; }

    /// <summary>Half of the inputs have damaged bytes, the others a damaged structure.</summary>
    public static byte[] MutateJson(byte[] seed, Random random) =>
        random.Next(2) == 0 ? ByteMutator.Mutate(seed, random) : JsonMutator.Mutate(seed, random);

    public override string ToString() => Name;
}
