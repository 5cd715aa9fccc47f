using System.Globalization;
using System.Text.RegularExpressions;
using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Published;

/// <summary>Reads a folder of EleutherAI's sparsify (before: sae): TopK of max(W_enc (x − b_dec) + b_enc, 0), the hidden state as it is.</summary>
internal static partial class SparsifyFolder
{
    public const string Weights = "sae.safetensors";

    private const string Encoder = "encoder.weight";
    private const string EncoderBias = "encoder.bias";
    private const string Decoder = "W_dec";
    private const string DecoderBias = "b_dec";
    private const string Embeddings = "embed_tokens";

    public static PublishedAutoencoder Load(string folder, PublishedAutoencoderOptions options)
    {
        if (options.ActivationScale is not null || options.CenterHiddenStates is not null)
            throw new ArgumentException("ActivationScale and CenterHiddenStates are for SAELens folders; sparsify reads hidden states as they are.", nameof(options));
        var path = Path.Combine(folder, PublishedAutoencoder.Config);
        var fields = PublishedFields.Read(path);
        RefuseOtherKinds(fields);
        var module = ModuleName(folder);
        using var tensors = PublishedTensors.Open(Path.Combine(folder, Weights));
        var hiddenState = options.HiddenState ?? HiddenState(module, folder);
        var notes = new List<string>();
        if (tensors.Contains(Encoder) && tensors.TypeOf(Encoder) != ScalarType.Float32)
            notes.Add("sparsify computes this autoencoder in the type of its weights, which is not float32 as here: codes differ by that rounding.");
        if (module == Embeddings && options.HiddenState is null)
            notes.Add($"{Embeddings} is hidden state 0 only of a language model that neither scales its embeddings (Gemma does) nor adds position embeddings.");
        return new PublishedAutoencoder
        {
            Format = PublishedFormat.Sparsify,
            Model = new SingleLayerModel(Build(fields, tensors), hiddenState, HiddenStateScaling.None),
            Notes = notes,
        };
    }

    private static void RefuseOtherKinds(PublishedFields fields)
    {
        if (fields.Flag("transcode") == true)
            throw new PublishedFormatException($"{fields.Location} is of a transcoder: it predicts what a module puts out from what it reads.");
        if (fields.Flag("skip_connection") == true)
            throw new PublishedFormatException($"{fields.Location}: skip_connection is true; an autoencoder with a linear path around its codes is not read.");
        if (fields.Flag("signed") == true)
            throw new PublishedFormatException($"{fields.Location}: signed is true; an autoencoder with negative activations is not read.");
        if (fields.Text("activation") is not (null or "topk"))
            throw new PublishedFormatException($"{fields.Location}: activation is {fields.Json("activation")}; only topk is read.");
    }

    private static TopKAutoencoder Build(PublishedFields fields, PublishedTensors tensors)
    {
        var hidden = fields.Size("d_in");
        var latents = fields.Number("num_latents") is { } said and > 0 ? said : fields.Product("d_in", "expansion_factor");
        var active = fields.Size("k");
        if (active > latents)
            throw new PublishedFormatException($"{fields.Location}: k is {active}, but there are only {latents} latents.");
        using var scope = NewDisposeScope();
        var weights = new PublishedWeights(
            tensors.Read(Encoder, latents, hidden),
            tensors.Read(Decoder, latents, hidden),
            tensors.Read(DecoderBias, hidden),
            new Dictionary<string, Tensor> { [SparseAutoencoder.LatentBiasName] = tensors.Read(EncoderBias, latents) });
        tensors.ThrowIfUnread();
        return TopKAutoencoder.FromTensors(new TopKArchitecture { HiddenSize = hidden, Latents = latents, ActiveLatents = active }, weights.ToStored());
    }

    /// <summary>The folder is named after the module whose output is read; one of several seeds lies in a folder of its own below it.</summary>
    private static string ModuleName(string folder)
    {
        var directory = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return Seed().IsMatch(directory.Name) && directory.Parent is { } parent ? parent.Name : directory.Name;
    }

    private static int HiddenState(string module, string folder)
    {
        if (module == Embeddings)
            return 0;
        if (Layer().Match(module) is { Success: true } match
            && int.TryParse(match.Groups["layer"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
            return layer + 1;
        throw new PublishedFormatException(
            $"'{folder}' is not named after a module whose output is a hidden state: layers.N (hidden state N + 1), h.N or {Embeddings} (0). "
            + $"If it was renamed, set {nameof(PublishedAutoencoderOptions.HiddenState)}; what attention or feed-forward modules put out is not read.");
    }

    [GeneratedRegex(@"^(?:\w+\.)*(?:layers|h)[._](?<layer>[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Layer();

    [GeneratedRegex("^seed[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Seed();
}
