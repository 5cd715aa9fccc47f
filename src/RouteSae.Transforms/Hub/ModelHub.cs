using RouteSae.Tensors;

namespace RouteSae.Hub;

/// <summary>
/// Language models by folder or by name on the Hugging Face hub. Its cache is the one of Hugging Face's Python library: what that
/// has downloaded is used here, and the other way round.
/// </summary>
public static class ModelHub
{
    /// <summary>
    /// The local folder of a model, downloaded if need be: configuration, tokenizer and weights in safetensors files, and nothing
    /// else; without weights where <see cref="HubOptions.TokenizerOnly"/> is set. Interrupted downloads go on where they were; sizes and hashes are verified; several processes may ask for the same model.
    /// </summary>
    /// <remarks>
    /// A folder that exists is taken as it is. What begins with a dot, a slash, <c>~</c> or a drive is never a name on the hub.
    /// A model in the cache is used without a request unless <see cref="HubOptions.CheckForUpdates"/> is set.
    /// </remarks>
    /// <example>
    /// <code>
    /// var folder = await ModelHub.ResolveAsync("HuggingFaceTB/SmolLM2-135M");
    /// using var model = DecoderModel.Load(folder);
    /// var tokenizer = TextTokenizer.Load(folder);
    /// </code>
    /// </example>
    /// <param name="model">A folder, or <c>owner/name</c> or <c>owner/name@revision</c>, where the revision is a branch, tag or commit; <c>main</c> without it.</param>
    /// <param name="options">Settings; the environment's when null.</param>
    /// <param name="progress">Is told how far each downloaded file is.</param>
    /// <param name="cancellationToken">Ends the download; the next one goes on from there.</param>
    /// <returns>The full path of the folder.</returns>
    /// <exception cref="DirectoryNotFoundException">It is neither a folder nor can it be a name on the hub.</exception>
    /// <exception cref="HubException">It is not in the cache and cannot be had. <see cref="HubException.Failure"/> and the message say why.</exception>
    /// <exception cref="SafetensorsFormatException">The index of the weights is malformed or points outside its folder.</exception>
    /// <exception cref="ArgumentException">Options or environment variables are not valid.</exception>
    public static Task<string> ResolveAsync(
        string model, HubOptions? options = null, IProgress<HubProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var settings = HubSettings.From(options ?? new HubOptions(), HubEnvironment.Process);
        if (Directory.Exists(model))
        {
            return Task.FromResult(Path.GetFullPath(model));
        }

        return File.Exists(model) || HubModelId.TryParse(model) is not { } id
            ? throw new DirectoryNotFoundException(
                $"'{model}' is not a folder, and cannot be a model on the Hugging Face hub (owner/name or owner/name@revision). Check the path.")
            : FetchAsync(id, settings, progress, cancellationToken);
    }

    internal static Task<string> FetchAsync(HubModelId model, HubSettings settings, IProgress<HubProgress>? progress, CancellationToken cancellationToken) =>
        new HubResolver(settings, model, progress).RunAsync(cancellationToken);
}
