using System.Text.Json;
using RouteSae.Autoencoders.Kinds;

namespace RouteSae.Published;

/// <summary>Reads <c>cfg.json</c> of SAELens 1 to 6: what later versions moved to <c>metadata</c> or renamed stood beside and under other names before.</summary>
internal static class SaeLensConfigReader
{
    /// <exception cref="PublishedFormatException">A field is missing or wrong, or says something that our models do not compute.</exception>
    public static SaeLensConfig Read(string path)
    {
        var fields = PublishedFields.Read(path).Flatten("metadata");
        RefuseOtherInputs(fields);
        var kind = Kind(fields);
        var fromTransformerLens = (fields.Text("model_class_name") ?? "HookedTransformer") is "HookedTransformer";
        var hook = fields.Text("hook_name") ?? fields.Text("hook_point") ?? throw new PublishedFormatException($"{path} lacks hook_name, so nobody knows what the autoencoder reads.");
        return new SaeLensConfig
        {
            Location = path,
            Kind = kind,
            HiddenSize = fields.Size("d_in"),
            Latents = Latents(fields),
            ActiveLatents = kind.Sparsity == SparsityRule.ActiveLatents ? ActiveLatents(fields) : 0,
            HiddenState = SaeLensHook.HiddenState(hook, fields.Number("hook_layer") ?? fields.Number("hook_point_layer"), !fromTransformerLens, path),
            ReadsTokenEmbeddings = hook == SaeLensHook.Embeddings,
            Normalization = Normalization(fields),
            AppliesInputBias = fields.Flag("apply_b_dec_to_input") ?? true,
            RescalesByDecoderNorm = kind.Sparsity == SparsityRule.ActiveLatents && (fields.Flag("rescale_acts_by_decoder_norm") ?? false),
            HasLatentScales = fields.Flag("finetuning_scaling_factor") ?? false,
            IsSinglePrecision = (fields.Text("dtype") ?? "float32") is "float32" or "torch.float32",
            FromTransformerLens = fromTransformerLens,
            CentersWritingWeights = fields.Part("model_from_pretrained_kwargs")?.Flag("center_writing_weights"),
            HasModelArguments = fields.HasAny("model_from_pretrained_kwargs"),
            HasEmptyModelArguments = fields.Has("model_from_pretrained_kwargs") && !fields.HasAny("model_from_pretrained_kwargs"),
            ReadsSomePositions = fields.Has("seqpos_slice") && fields.Json("seqpos_slice") is not ("[null]" or "[null,null]"),
            LanguageModel = fields.Text("model_name"),
            ContextLength = fields.Number("context_size"),
            PrependsBeginOfSequence = fields.Flag("prepend_bos"),
            OwnScaling = fields.Text(SaeLensWriter.ScalingField),
        };
    }

    /// <summary>Refuses transcoders, single heads and attention outputs.</summary>
    private static void RefuseOtherInputs(PublishedFields fields)
    {
        if (fields.Has("d_out") || (fields.Text("hook_name_out") is { } target && target != fields.Text("hook_name")))
            throw new PublishedFormatException($"{fields.Location} is of a transcoder: it predicts one activation from another and does not reconstruct what it reads.");
        if (fields.Has("hook_head_index") || fields.Has("hook_point_head_index"))
            throw new PublishedFormatException($"{fields.Location} is of an autoencoder of one attention head (hook_head_index), which is not a hidden state.");
        if (fields.Text("reshape_activations") is not (null or "none"))
            throw new PublishedFormatException($"{fields.Location}: reshape_activations is {fields.Json("reshape_activations")}: it reads attention heads, which are not a hidden state.");
    }

    private static AutoencoderKind Kind(PublishedFields fields)
    {
        var name = fields.Text("architecture") ?? "standard";
        var activation = fields.Text("activation_fn") ?? fields.Text("activation_fn_str") ?? (name == "topk" ? "topk" : "relu");
        // Before there was an architecture of that name, topk was an activation function of the standard one.
        var architecture = (name, activation) == ("standard", "topk") ? "topk" : name;
        if (AutoencoderKinds.All.SingleOrDefault(kind => kind.SaeLens is { IsRead: true } form && form.Architecture == architecture) is { } found)
        {
            var needed = found.Sparsity == SparsityRule.ActiveLatents ? "topk" : "relu";
            return activation == needed ? found : throw new PublishedFormatException(
                $"{fields.Location}: an autoencoder of architecture '{name}' with the activation function '{activation}' is not read; standard, jumprelu and gated need relu, topk needs topk.");
        }

        throw new PublishedFormatException(name is "batchtopk" or "matryoshka_batchtopk"
            ? $"{fields.Location}: architecture is '{name}', which only a checkpoint of a training has. SAELens's save_inference_model writes it as 'jumprelu', which is read."
            : $"{fields.Location}: architecture is '{name}'; those that are read are standard, topk, jumprelu and gated.");
    }

    private static int Latents(PublishedFields fields) => fields.Has("d_sae") || !fields.Has("expansion_factor")
        ? fields.Size("d_sae")
        : fields.Product("d_in", "expansion_factor");

    private static int ActiveLatents(PublishedFields fields)
    {
        var active = fields.Number("k") ?? fields.Part("activation_fn_kwargs")?.Number("k")
            ?? throw new PublishedFormatException($"{fields.Location} lacks k, the number of active latents of a topk autoencoder.");
        var latents = Latents(fields);
        return active >= 1 && active <= latents
            ? active
            : throw new PublishedFormatException($"{fields.Location}: k is {active}; with {latents} latents it must be 1 to {latents}.");
    }

    private static SaeLensNormalization Normalization(PublishedFields fields)
    {
        const string Name = "normalize_activations";
        if (fields.Is(Name, JsonValueKind.True) || fields.Is(Name, JsonValueKind.False))
            return fields.Flag(Name) == true ? SaeLensNormalization.ExpectedAverage : SaeLensNormalization.None;
        return fields.Text(Name) switch
        {
            null or "none" => SaeLensNormalization.None,
            "expected_average_only_in" => SaeLensNormalization.ExpectedAverage,
            "constant_norm_rescale" => SaeLensNormalization.ConstantNorm,
            "layer_norm" => SaeLensNormalization.LayerNorm,
            var other => throw new PublishedFormatException(
                $"{fields.Location}: {Name} is '{other}'; known are none, expected_average_only_in, constant_norm_rescale and layer_norm."),
        };
    }
}
