using RouteSae.LanguageModels;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// Hidden states of the routed layers over shuffled windows of the corpus. The first token of each window is replaced by the
/// end-of-text token, as texts are given to the model later; that token is masked everywhere. Borrows the model.
/// </summary>
internal sealed class WindowActivations(DecoderModel model, TokenWindows windows, IReadOnlyList<int> routed, int batchWindows)
{
    private readonly ForwardRequest _request = new() { HiddenStates = routed };
    private long _next;

    public int ContextLength => model.Config.MaxPositions;

    public IEnumerable<HiddenStateBatch> Batches() => BatchesWithTokens().Select(pair => pair.Batch);

    /// <summary>Batches without end, and the token ids of each; every batch goes on where the last one stopped.</summary>
    public IEnumerable<(HiddenStateBatch Batch, int[] Ids)> BatchesWithTokens()
    {
        while (true)
        {
            yield return Next();
            _next += batchWindows;
        }
    }

    private (HiddenStateBatch Batch, int[] Ids) Next()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (inputs, _) = windows.Batch(_next, batchWindows);
        inputs.select(1, 0).zero_();
        using var output = model.Forward(inputs, null, _request);
        var states = routed.Select(index => output.HiddenState(index).flatten(0, 1).to_type(ScalarType.Float32)).ToArray();
        var ids = inputs.view(-1);
        return (new HiddenStateBatch(states, ids != 0), [.. ids.data<long>().ToArray().Select(id => (int)id)]);
    }
}
