using System.Globalization;
using RouteSae.Autoencoders;
using RouteSae.Published;
using RouteSae.Tensors;

namespace RouteSae.Reference;

/// <summary>The tensors in the state_dict of each model of the RouteSAE authors' program, and what these leave open.</summary>
internal static class ReferenceNames
{
    private const string Router = "router.weight";
    private const string Shared = "sae.";
    private const string FirstEncoder = "encoder.0.weight";

    private static readonly string[] Matrices = [SparseAutoencoder.PreBiasName, SparseAutoencoder.EncoderName, SparseAutoencoder.DecoderName];
    private static readonly string[] Plain = [.. Matrices, SparseAutoencoder.LatentBiasName];

    /// <summary>The model that the names are of.</summary>
    /// <param name="file">The tensors.</param>
    /// <param name="wanted">What the caller says; null: nothing.</param>
    /// <exception cref="PublishedFormatException">No model has these names.</exception>
    /// <exception cref="ArgumentException">Several models have these names, or <paramref name="wanted"/> has others.</exception>
    public static ReferenceArchitecture Detect(ITensorSource file, ReferenceArchitecture? wanted)
    {
        var fitting = Enum.GetValues<ReferenceArchitecture>().Where(architecture => file.Names.ToHashSet().SetEquals(NamesOf(architecture, file))).ToList();
        if (fitting.Count == 0)
        {
            throw new PublishedFormatException(
                $"{file.Location} holds {string.Join(", ", file.Names.Order(StringComparer.Ordinal))}, which is not the state_dict of one of the models {string.Join(", ", Enum.GetNames<ReferenceArchitecture>())}.");
        }

        if (wanted is { } said)
        {
            return fitting.Contains(said)
                ? said
                : throw new ArgumentException($"Architecture is {said}, but the tensors in {file.Location} are those of {string.Join(" or ", fitting)}.");
        }

        return fitting.Count == 1
            ? fitting[0]
            : throw new ArgumentException($"{file.Location} may be {string.Join(" or ", fitting)}, whose tensors have the same names: set {nameof(ReferenceAutoencoderOptions.Architecture)}.");
    }

    /// <summary>What the caller has to say and has not, in sentences.</summary>
    public static IEnumerable<string> Missing(ITensorSource file, ReferenceArchitecture architecture, ReferenceAutoencoderOptions options)
    {
        if (options.HiddenStates is not { } hiddenStates)
            yield return "HiddenStates is not set; the file does not tell which hidden states are read.";
        else if (Count(file, architecture) is { } count && hiddenStates.Count != count)
            yield return $"HiddenStates is [{string.Join(", ", hiddenStates)}]; it must name {count}.";
        if (options.ActiveLatents is null && architecture is not (ReferenceArchitecture.Vanilla or ReferenceArchitecture.Gated or ReferenceArchitecture.JumpRelu or ReferenceArchitecture.Crosscoder))
            yield return "ActiveLatents is not set; the file does not tell K.";
        if (options.Aggregation is null && architecture == ReferenceArchitecture.RouteSae)
            yield return "Aggregation is not set; the file does not tell whether the router reads the sum or the mean.";
        if (options.Mode is null && architecture == ReferenceArchitecture.RouteSae)
            yield return "Mode is not set; the file does not tell whether routing is hard or soft.";
    }

    /// <summary>D and M.</summary>
    /// <exception cref="PublishedFormatException">The encoder is no matrix.</exception>
    public static (int HiddenSize, int Latents) Sizes(ITensorSource file)
    {
        var name = new[] { SparseAutoencoder.EncoderName, Shared + SparseAutoencoder.EncoderName, FirstEncoder }.First(file.Contains);
        return file.Entry(name).Shape is [var latents, var hidden]
            ? ((int)hidden, (int)latents)
            : throw new PublishedFormatException($"{name} in {file.Location} has shape [{string.Join(", ", file.Entry(name).Shape)}]; latents by hidden size is needed.");
    }

    private static IEnumerable<string> NamesOf(ReferenceArchitecture architecture, ITensorSource file) => architecture switch
    {
        ReferenceArchitecture.RouteSae => [Router, .. Plain.Select(name => Shared + name)],
        ReferenceArchitecture.Crosscoder => [SparseAutoencoder.LatentBiasName, .. Enumerable.Range(0, Encoders(file)).SelectMany(CrosscoderNames)],
        ReferenceArchitecture.Gated => [.. Matrices, GatedAutoencoder.GateBiasName, GatedAutoencoder.MagnitudeBiasName, GatedAutoencoder.MagnitudeScaleName],
        ReferenceArchitecture.JumpRelu => [.. Plain, JumpReluAutoencoder.ThresholdName],
        _ => Plain,
    };

    /// <summary>How many hidden states are read; null where the tensors do not tell.</summary>
    private static int? Count(ITensorSource file, ReferenceArchitecture architecture) => architecture switch
    {
        ReferenceArchitecture.RouteSae => file.Entry(Router).Shape is [var count, _] ? (int)count : null,
        ReferenceArchitecture.Crosscoder => Encoders(file),
        ReferenceArchitecture.Mlsae or ReferenceArchitecture.Random => null,
        _ => 1,
    };

    private static int Encoders(ITensorSource file) => file.Names.Count(name => name.StartsWith("encoder.", StringComparison.Ordinal));

    private static IEnumerable<string> CrosscoderNames(int place)
    {
        var number = place.ToString(CultureInfo.InvariantCulture);
        return [$"encoder.{number}.weight", $"decoder.{number}.weight"];
    }
}
