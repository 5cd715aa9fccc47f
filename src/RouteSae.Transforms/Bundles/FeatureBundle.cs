using RouteSae.Autoencoders;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Hub;
using TorchSharp;

namespace RouteSae.Bundles;

/// <summary>
/// Everything that is needed to turn text into features: manifest, autoencoder and its router if it has one, names of the latents, tokenizer, and
/// the language model or a reference to it. A bundle is opened verified: sizes and hashes of all its files are right.
/// </summary>
public sealed partial class FeatureBundle
{
    private readonly Lazy<FeatureCatalog> _features;
    private readonly string? _folder;
    private string? _chosenFolder;
    private volatile string? _languageModelFolder;

    private FeatureBundle(BundleManifest manifest, byte[] manifestBytes, IBundleFiles files, string? folder)
    {
        _folder = folder;
        Manifest = manifest;
        ManifestBytes = manifestBytes;
        Files = files;
        _features = new Lazy<FeatureCatalog>(() => FeatureCatalog.Parse(ReadAll(BundleFileNames.Features), manifest.Latents, files.Location));
    }

    /// <summary>What the bundle says of itself.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>The exact bytes of <c>bundle.json</c>.</summary>
    public ReadOnlyMemory<byte> ManifestBytes { get; }

    /// <summary>Where its files lie.</summary>
    public IBundleFiles Files { get; }

    /// <summary>What is known of each latent.</summary>
    public FeatureCatalog Features => _features.Value;

    /// <summary>Where the referenced language model was found when the bundle was last used, as a file says; looked at where it is one of the folders that <see cref="LanguageModelSearch"/> follows. Null when not known.</summary>
    public string? LanguageModelLastFoundAt { get; init; }

    /// <summary>Opens a bundle in a folder.</summary>
    /// <param name="folder">The folder that holds <c>bundle.json</c>.</param>
    /// <exception cref="BundleFormatException">No bundle, incomplete, damaged or of a newer format.</exception>
    public static FeatureBundle Open(string folder) => Open(new FolderBundleFiles(folder));

    /// <summary>Opens a bundle wherever its files lie.</summary>
    /// <param name="files">The files.</param>
    /// <param name="languageModelLastFoundAt">Where a referenced language model was last found, when known.</param>
    /// <exception cref="BundleFormatException">No bundle, incomplete, damaged or of a newer format.</exception>
    public static FeatureBundle Open(IBundleFiles files, string? languageModelLastFoundAt = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Open(files, languageModelLastFoundAt, (files as FolderBundleFiles)?.Location, chosenFolder: null);
    }

    /// <summary>Opens a bundle whose language model is in a folder that the program itself named.</summary>
    internal static FeatureBundle Open(IBundleFiles files, string? languageModelLastFoundAt, string? folder, string? chosenFolder)
    {
        var manifestBytes = ReadManifest(files);
        var manifest = BundleManifest.Parse(manifestBytes, files.Location);
        var bundle = new FeatureBundle(manifest, manifestBytes, files, folder) { LanguageModelLastFoundAt = languageModelLastFoundAt, _chosenFolder = chosenFolder };
        bundle.Verify();
        _ = bundle.Features;
        return bundle;
    }

    /// <summary>Compares sizes and hashes of all files with the manifest, as opening the bundle did.</summary>
    /// <exception cref="BundleFormatException">Files are missing or have changed; the message lists all of them.</exception>
    public void Verify()
    {
        var problems = Manifest.Files.Select(file => file.Value.Problem(file.Key, () => Files.Open(file.Key))).OfType<string>().ToList();
        if (problems.Count > 0)
        {
            throw new BundleFormatException(
                $"The bundle '{Files.Location}' is damaged:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}"
                + $"{Environment.NewLine}Copy or make the bundle again.");
        }
    }

    /// <summary>A bundle with the same language model and tokenizer, and another autoencoder, with or without a router.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="model">A RouteSAE, or an autoencoder of one hidden state. Copied; the caller keeps it.</param>
    /// <param name="features">What is known of its latents.</param>
    /// <exception cref="BundleFormatException">The catalogue is for another number of latents, or files have changed since the bundle was opened.</exception>
    /// <exception cref="NotSupportedException">The model is neither.</exception>
    public FeatureBundle With(string name, AutoencoderModel model, FeatureCatalog features)
    {
        var manifest = BundledModel.Describe(model, name, Manifest.ContextLength, Manifest.SpecialTokens);
        var files = new CollectedBundleFiles($"the bundle '{name}'");
        foreach (var kept in Manifest.Files.Keys.Where(file => file is not (BundleFileNames.Autoencoder or BundleFileNames.Features)))
        {
            files.AddFrom(this, kept);
        }

        files.AddFeatures(model, features);
        files.AddManifest(manifest with { LanguageModel = Manifest.LanguageModel });
        return Open(files, LanguageModelLastFoundAt, _folder, FindLanguageModel());
    }

    /// <summary>
    /// Loads router and autoencoder, to evaluate, export or train them: a <see cref="Autoencoders.RouteSaeModel"/> or a
    /// <see cref="Autoencoders.SingleLayerModel"/>. The caller owns the model.
    /// </summary>
    /// <param name="device">Where it computes; the CPU when null.</param>
    /// <exception cref="BundleFormatException">The file of the autoencoder does not fit the manifest.</exception>
    public AutoencoderModel LoadAutoencoder(torch.Device? device = null) => BundleParts.LoadAutoencoder(this, device ?? torch.CPU);

    /// <summary>Reads a whole file of the bundle.</summary>
    /// <param name="name">One of <see cref="BundleManifest.Files"/>.</param>
    public byte[] ReadAll(string name) => ReadAll(Files, name);

    /// <summary>
    /// Writes the bundle to a folder, which appears complete or not at all. A bundle that is there already is replaced; anything
    /// else is left alone. A relative location of the language model that leads to it from the bundle's present folder is written
    /// so that it leads there from the new one.
    /// </summary>
    /// <remarks>
    /// The files are written and flushed to the disk in a temporary folder beside the target. Replacing then takes two renames,
    /// the old folder to <c>NAME.….old</c> and the temporary one to its name: between them there is no bundle at this place, and
    /// a crash just there leaves the old one under the other name. An old folder that cannot be deleted stays under that name.
    /// </remarks>
    /// <param name="folder">The folder to write.</param>
    /// <exception cref="IOException">The folder exists and is not a bundle, or cannot be written.</exception>
    /// <exception cref="BundleFormatException">Files have changed since the bundle was opened.</exception>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Verify();
        var manifest = ManifestFor(Path.GetFullPath(folder));
        AtomicFolder.Write(folder, replaceIfContains: BundleManifest.FileName, temporary =>
        {
            foreach (var name in Manifest.Files.Keys)
            {
                var path = Path.Combine(temporary, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var source = Files.Open(name);
                AtomicFile.Write(path, source.CopyTo);
            }

            // Last: where a manifest lies, everything that it lists does.
            AtomicFile.Write(Path.Combine(temporary, BundleManifest.FileName), stream => stream.Write(manifest.Span));
        });
    }

    private ReadOnlyMemory<byte> ManifestFor(string folder)
    {
        var reference = Manifest.LanguageModel?.Rebase(_folder, folder);
        return ReferenceEquals(reference, Manifest.LanguageModel) ? ManifestBytes : (Manifest with { LanguageModel = reference }).ToJson();
    }

    private static byte[] ReadManifest(IBundleFiles files)
    {
        try
        {
            return ReadAll(files, BundleManifest.FileName);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BundleFormatException($"There is no bundle at '{files.Location}': {What(files)}");
        }
    }

    private static string What(IBundleFiles files) =>
        files is FolderBundleFiles folder ? RecognizedPath.Describe(folder.Location) : $"{BundleManifest.FileName} is missing.";

    private static byte[] ReadAll(IBundleFiles files, string name)
    {
        using var stream = files.Open(name);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Loads the networks of the bundle, after verifying all its files once more.</summary>
    /// <param name="options">Settings; the defaults when null.</param>
    /// <exception cref="LanguageModelNotFoundException">The bundle refers to a language model that is not there.</exception>
    /// <exception cref="BundleFormatException">Files have changed since the bundle was opened, or its parts do not fit together.</exception>
    public TextFeaturizer LoadFeaturizer(TextFeaturizerOptions? options = null) => TextFeaturizerLoader.Load(this, options ?? new());
}
