using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>Runs the language model on a batch with other hidden states at some tokens.</summary>
/// <param name="languageModel">The whole model.</param>
/// <param name="batch">The sequences.</param>
/// <param name="places">Where in the batch, row after row, the N tokens stand that were encoded, I64 [N].</param>
internal sealed class EditedForward(DecoderModel languageModel, EvaluationBatch batch, Tensor places)
{
    /// <summary>The logits, [B, S, V], in the caller's scope.</summary>
    /// <param name="pass">Which hidden states of which tokens are replaced.</param>
    /// <param name="replace">By what: from a replacement and the hidden states that it replaces, [n, D], to others, [n, D].</param>
    public Tensor Logits(ReplacementPass pass, Func<Replacement, Tensor, Tensor> replace)
    {
        var edits = pass.Replacements.ToDictionary(replacement => replacement.HiddenState, replacement => Edit(replacement, replace));
        return languageModel.Forward(batch.InputIds, batch.AttentionMask, new ForwardRequest { Logits = true, Edits = edits }).Logits!;
    }

    private HiddenStateEdit Edit(Replacement replacement, Func<Replacement, Tensor, Tensor> replace) => hidden =>
    {
        var replaced = replacement.Rows is { } rows ? places.index_select(0, rows.to(places.device)) : places; // [n]
        var tokens = hidden.view(-1, hidden.shape[2]); // [B · S, D]
        tokens.index_copy_(0, replaced, replace(replacement, tokens.index_select(0, replaced)));
        return hidden;
    };
}
