namespace ServiceLoad;

/// <summary>How far a run is.</summary>
/// <param name="Requests">Requests sent.</param>
/// <param name="Reloads">Models that took the place of others.</param>
/// <param name="IsReplacing">Whether a model is being replaced, or was a moment ago.</param>
internal readonly record struct LoadProgress(int Requests, int Reloads, bool IsReplacing);
