namespace RouteSae.LanguageModels.Engine;

/// <summary>Takes hidden states as they are made.</summary>
internal interface IHiddenStateReader
{
    /// <summary>Called once for each hidden state asked for, in ascending order, by the thread that called the engine.</summary>
    /// <param name="hiddenState">Which one; 0 are the embeddings.</param>
    /// <param name="rows">One row a token. Valid during the call only.</param>
    void Read(int hiddenState, HiddenRows rows);
}
