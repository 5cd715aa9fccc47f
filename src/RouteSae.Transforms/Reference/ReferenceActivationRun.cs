using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RouteSae.Tensors;
using RouteSae.Tokens.Windows;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;

namespace RouteSae.Reference;

/// <summary>One run of a <see cref="ReferenceActivationSource"/> over its texts: nothing is mixed, so that its position is the number of batches so far, with a hash of their tokens.</summary>
internal sealed class ReferenceActivationRun(ReferenceActivationSource source, IEnumerable<string> texts) : IActivationSource
{
    private IEnumerator<IReadOnlyList<PackedSequence>> _batches = source.Sequences.Batches(texts).GetEnumerator();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _given;

    public IReadOnlyDictionary<string, string> Settings => source.Settings();

    public HiddenStateBatch? Next(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Advance() ? source.Forward(_batches.Current) : null;
    }

    public void Save(TrainingState state)
    {
        state.Set("given", _given);
        state.Set("sha256", Digest());
    }

    public void Restore(TrainingState state, CancellationToken cancellationToken = default)
    {
        var (given, digest) = (state.Value<long>("given"), state.Required<string>("sha256"));
        _batches.Dispose(); // a checkpoint that turned out to be damaged may have moved them
        _batches = source.Sequences.Batches(texts).GetEnumerator();
        _given = 0;
        _hash.GetHashAndReset();
        while (_given < given && Advance())
            cancellationToken.ThrowIfCancellationRequested();
        if (_given < given || Digest() != digest)
            throw new TrainingMismatchException(
                $"The texts are not those of the checkpoint {state.Location}: the {given} batches that its training had read do not come again. "
                + "Give the same texts in the same order, or train into another folder.");
    }

    public void Dispose()
    {
        _batches.Dispose();
        _hash.Dispose();
    }

    private bool Advance()
    {
        if (!_batches.MoveNext())
            return false;
        foreach (var sequence in _batches.Current)
            _hash.AppendData(MemoryMarshal.AsBytes(sequence.Ids.AsSpan()));
        _given++;
        return true;
    }

    private string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());
}
