using RouteSae.Autoencoders;
using RouteSae.Checks;
using RouteSae.Published;
using RouteSae.Tensors;

namespace RouteSae.Reference;

/// <summary>Reads models of the RouteSAE authors' program from safetensors files with the names of its state_dict.</summary>
public static class ReferenceAutoencoder
{
    /// <summary>Loads a model. docs/published-autoencoders.md has the lines of Python that make such a file of the program's <c>.pt</c> file.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="options">What the file does not tell.</param>
    /// <exception cref="ArgumentException">The options lack something, or contradict the file; the message lists everything.</exception>
    /// <exception cref="PublishedFormatException">The names are not those of one of the program's models.</exception>
    /// <exception cref="SafetensorsFormatException">Not a safetensors file.</exception>
    public static AutoencoderModel Load(string path, ReferenceAutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var file = SafetensorsFile.Open(path);
        var architecture = ReferenceNames.Detect(file, options.Architecture);
        ArchitectureCheck.ThrowIfAny($"{architecture} in {path}", [.. ReferenceNames.Missing(file, architecture, options)]);
        return architecture switch
        {
            ReferenceArchitecture.RouteSae => LoadRouteSae(file, options),
            ReferenceArchitecture.Crosscoder => LoadCrosscoder(file, options),
            ReferenceArchitecture.Mlsae => new MultiLayerModel(LoadTopK(file, options), options.HiddenStates!),
            ReferenceArchitecture.Random => new RandomLayerModel(LoadTopK(file, options), options.HiddenStates!, options.Seed),
            _ => new SingleLayerModel(LoadSingle(file, architecture, options), options.HiddenStates![0]),
        };
    }

    private static RouteSaeModel LoadRouteSae(SafetensorsFile file, ReferenceAutoencoderOptions options)
    {
        var (hidden, latents) = ReferenceNames.Sizes(file);
        return RouteSaeModel.Load(
            new RouteSaeArchitecture
            {
                HiddenSize = hidden,
                Latents = latents,
                RoutedHiddenStates = options.HiddenStates!,
                ActiveLatents = options.ActiveLatents!.Value,
                Aggregation = options.Aggregation!.Value,
                Mode = options.Mode!.Value,
                Fidelity = options.Fidelity,
            },
            file);
    }

    private static CrosscoderModel LoadCrosscoder(SafetensorsFile file, ReferenceAutoencoderOptions options)
    {
        var (hidden, latents) = ReferenceNames.Sizes(file);
        return CrosscoderModel.Load(
            new CrosscoderArchitecture { HiddenSize = hidden, Latents = latents, HiddenStates = options.HiddenStates!, Fidelity = options.Fidelity }, file);
    }

    private static SparseAutoencoder LoadSingle(SafetensorsFile file, ReferenceArchitecture architecture, ReferenceAutoencoderOptions options)
    {
        var (hidden, latents) = ReferenceNames.Sizes(file);
        var plain = new AutoencoderArchitecture { HiddenSize = hidden, Latents = latents, Fidelity = options.Fidelity };
        return architecture switch
        {
            ReferenceArchitecture.Vanilla => ReluAutoencoder.Load(plain, file),
            ReferenceArchitecture.Gated => GatedAutoencoder.Load(plain, file),
            ReferenceArchitecture.JumpRelu => JumpReluAutoencoder.Load(
                new JumpReluArchitecture { HiddenSize = hidden, Latents = latents, Fidelity = options.Fidelity }, file),
            _ => LoadTopK(file, options),
        };
    }

    private static TopKAutoencoder LoadTopK(SafetensorsFile file, ReferenceAutoencoderOptions options)
    {
        var (hidden, latents) = ReferenceNames.Sizes(file);
        return TopKAutoencoder.Load(
            new TopKArchitecture { HiddenSize = hidden, Latents = latents, ActiveLatents = options.ActiveLatents!.Value, Fidelity = options.Fidelity }, file);
    }
}
