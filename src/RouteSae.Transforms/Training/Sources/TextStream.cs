using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RouteSae.Tensors;
using RouteSae.Training.Checkpoints;

namespace RouteSae.Training.Sources;

/// <summary>
/// Texts, gone through several times, with a position that can be saved: the number of texts so far and a hash of them all, so
/// that a training does not go on with other texts unnoticed. Holds one text at a time.
/// </summary>
internal sealed class TextStream : IDisposable
{
    private readonly IEnumerable<string> _texts;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private IEnumerator<string>? _enumerator;
    private int _passes; // that are complete
    private long _consumed; // in all passes

    public TextStream(IEnumerable<string> texts) => _texts = texts;

    /// <summary>The next text of this pass; null at its end, after which the next pass begins.</summary>
    public string? Next()
    {
        _enumerator ??= _texts.GetEnumerator();
        if (_enumerator.MoveNext())
        {
            _consumed++;
            Hash(_enumerator.Current.Length);
            _hash.AppendData(MemoryMarshal.AsBytes(_enumerator.Current.AsSpan()));
            return _enumerator.Current;
        }
        _enumerator.Dispose();
        _enumerator = null;
        _passes++;
        Hash(-1);
        return null;
    }

    public void Save(TrainingState state)
    {
        state.Set("passes", _passes);
        state.Set("consumed", _consumed);
        state.Set("sha256", Digest());
    }

    /// <summary>Reads the texts that the saved stream has read, and nothing more is done with them.</summary>
    /// <param name="state">What was saved.</param>
    /// <param name="mostPasses">How often the texts are gone through.</param>
    /// <param name="cancellationToken">Looked at before each text.</param>
    /// <exception cref="SafetensorsFormatException">No training can have read so much.</exception>
    /// <exception cref="TrainingMismatchException">They are other texts.</exception>
    public void Restore(TrainingState state, int mostPasses, CancellationToken cancellationToken)
    {
        var (passes, consumed, digest) = (state.Value<int>("passes"), state.Value<long>("consumed"), state.Required<string>("sha256"));
        if (passes < 0 || passes > mostPasses || consumed < 0)
            throw SafetensorsFormatException.In(state.Location, $"the training has read {consumed} texts in {passes} of at most {mostPasses} passes");
        BeginAgain();
        while ((_passes < passes || _consumed < consumed) && _consumed <= consumed && _passes <= passes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Next();
        }
        if (_passes != passes || _consumed != consumed || Digest() != digest)
            throw new TrainingMismatchException(
                $"The texts are not those of the checkpoint {state.Location}: the {consumed} texts that its training had read (all passes counted) do not come again. "
                + "Give the same texts in the same order, or train into another folder.");
    }

    public void Dispose()
    {
        _enumerator?.Dispose();
        _hash.Dispose();
    }

    // A checkpoint that turns out to be damaged may have moved the stream before another one is tried.
    private void BeginAgain()
    {
        _enumerator?.Dispose();
        _enumerator = null;
        (_passes, _consumed) = (0, 0);
        _hash.GetHashAndReset();
    }

    private string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    private void Hash(int number) => _hash.AppendData(MemoryMarshal.AsBytes([number]));
}
