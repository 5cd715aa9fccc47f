using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Hub;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Features;

public sealed class TextFeaturizerTests : IDisposable
{
    private const string Text = "The order has not arrived yet";

    private readonly TextFeaturizer _featurizer = SmallBundle.Build().LoadFeaturizer();

    public void Dispose() => _featurizer.Dispose();

    [Fact]
    public void Explain_gives_what_language_model_router_and_autoencoder_give_by_themselves()
    {
        using var languageModel = DecoderModel.Load(SmallBundle.LanguageModelFolder, new DecoderLoadOptions { Precision = Precision.Float32 });
        using var autoencoder = RouteSaeModel.Create(SmallBundle.Architecture, seed: 5);
        var encoded = TextTokenizer.Load(SmallBundle.LanguageModelFolder).Encode("<|begin_of_text|>" + Text);
        using var gradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        long[] ids = [.. encoded.Ids.Select(id => (long)id)];
        using var output = languageModel.Forward(
            torch.tensor(ids).unsqueeze(0), null, new ForwardRequest { HiddenStates = SmallBundle.Architecture.RoutedHiddenStates });
        using var routed = autoencoder.Route([.. SmallBundle.Architecture.RoutedHiddenStates.Select(index => output.HiddenState(index).squeeze(0))]);
        using var codes = autoencoder.Encode(routed.X);
        var dense = codes.ToDense(SmallBundle.Latents);

        var tokens = _featurizer.Explain(Text).Tokens;

        tokens.Select(token => token.TokenId).Should().Equal(encoded.Ids);
        for (var t = 0; t < tokens.Count; t++)
        {
            var chosen = (int)routed.Chosen[t].item<long>();
            tokens[t].HiddenState.Should().Be(SmallBundle.Architecture.RoutedHiddenStates[chosen]);
            tokens[t].Probability.Should().BeApproximately(routed.Probabilities[t, chosen].item<float>(), 1e-5f);
            tokens[t].Features.Should().NotBeEmpty().And.BeInDescendingOrder(feature => feature.Value);
            Dense(tokens[t].Features).Should().Equal(dense[t].data<float>().ToArray(), (actual, expected) => Math.Abs(actual - expected) < 1e-5);
        }
    }

    [Fact]
    public void Explain_marks_special_tokens_and_shows_every_token_in_place()
    {
        var tokens = _featurizer.Explain(Text).Tokens;

        tokens[0].Token.Should().Be("<|begin_of_text|>");
        tokens[0].Pooled.Should().BeFalse();
        tokens.Skip(1).Should().OnlyContain(token => token.Pooled);
        tokens.Skip(1).Select(token => Text.Substring(token.Span.Start, token.Span.Length)).Should().Equal(tokens.Skip(1).Select(token => token.Token));
        string.Concat(tokens.Skip(1).Select(token => token.Token)).Should().Be(Text);
    }

    [Theory]
    [InlineData(Fidelity.Corrected)]
    [InlineData(Fidelity.Reference)]
    public void Every_pooling_is_its_definition_over_the_explained_tokens(Fidelity fidelity)
    {
        using var featurizer = SmallBundle.Build(fidelity: fidelity).LoadFeaturizer();
        var tokens = featurizer.Explain(Text).Tokens.Where(token => token.Pooled).Select(token => Dense(token.Features)).ToList();
        float[] Expected(Func<float[], float> pool) =>
            [.. Enumerable.Range(0, SmallBundle.Latents).Select(latent => pool([.. tokens.Select(token => token[latent])]))];

        foreach (var (pooling, expected) in new (Pooling, float[])[]
        {
            (Pooling.Max, Expected(z => z.Max())),
            (Pooling.Mean, Expected(z => z.Average())),
            (Pooling.Sum, Expected(z => z.Sum())),
            (Pooling.Count, Expected(z => z.Count(value => value != 0))),
            (Pooling.Binary, Expected(z => z.Any(value => value != 0) ? 1 : 0)),
            (Pooling.Last, Expected(z => z[^1])),
        })
        {
            var vector = featurizer.Featurize([Text], pooling).Single();

            Dense(vector).Should().Equal(expected, (actual, wanted) => Math.Abs(actual - wanted) < 1e-5, "that is pooling {0}", pooling);
            vector.Indices.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
            vector.Values.Should().NotContain(0);
            vector.Indices.Should().NotBeEmpty();
        }
    }

    [Fact]
    public void An_unknown_pooling_is_refused() =>
        _featurizer.Invoking(f => f.Featurize([Text], (Pooling)9)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("This pooling is not known. Choose one of Max, Mean, Sum, Count, Binary, Last.*");

    [Fact]
    public void Null_and_empty_texts_have_no_features_and_others_keep_their_places()
    {
        var vectors = _featurizer.Featurize([null, Text, "", "a"], Pooling.Max);

        vectors[0].Should().Be(FeatureVector.Empty);
        vectors[2].Should().Be(FeatureVector.Empty);
        vectors[1].Should().Be(_featurizer.Featurize([Text], Pooling.Max)[0]);
        vectors[3].Indices.Should().NotBeEmpty().And.NotEqual(vectors[1].Indices);
        _featurizer.Explain("").Tokens.Should().BeEmpty();
    }

    [Fact]
    public void No_texts_give_no_vectors() => _featurizer.Featurize([], Pooling.Max).Should().BeEmpty();

    [Fact]
    public void The_company_of_a_text_changes_nothing_but_the_last_bits()
    {
        var texts = SampleTexts.Many(60);
        using var smallBatches = SmallBundle.Build().LoadFeaturizer(new TextFeaturizerOptions { TokensPerBatch = 64 });
        FeatureVector[] alone = [.. texts.Select(text => _featurizer.Featurize([text], Pooling.Max).Single())];

        foreach (var together in new[] { _featurizer.Featurize(texts, Pooling.Max), smallBatches.Featurize(texts, Pooling.Max) })
        {
            for (var i = 0; i < texts.Length; i++)
            {
                together[i].Indices.Should().Equal(alone[i].Indices);
                together[i].Values.Should().Equal(alone[i].Values, (actual, expected) => Math.Abs(actual - expected) < 1e-5);
            }
        }
    }

    [Fact]
    public void With_many_latents_a_batch_is_encoded_in_parts_that_meet_without_a_seam()
    {
        using var model = RouteSaeModel.Create(SmallBundle.Architecture with { Latents = 1 << 17 }, seed: 5);
        using var featurizer = SmallBundle.Build().With("wide", model, FeatureCatalog.Unnamed(1 << 17)).LoadFeaturizer();
        var texts = SampleTexts.Many(12);

        var together = featurizer.Featurize(texts, Pooling.Max);

        for (var i = 0; i < texts.Length; i++)
        {
            together[i].Indices.Should().Equal(featurizer.Featurize([texts[i]], Pooling.Max).Single().Indices);
        }
    }

    [Fact]
    public void Four_threads_give_exactly_the_vectors_of_one()
    {
        var texts = SampleTexts.Many(200);
        var expected = _featurizer.Featurize(texts, Pooling.Max);
        var results = new FeatureVector[4][];

        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => results[i] = _featurizer.Featurize(texts, Pooling.Max))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        results.Should().AllSatisfy(result => result.Should().Equal(expected));
    }

    [Fact]
    public void A_thousand_texts_leave_no_tensor_behind()
    {
        var texts = SampleTexts.Many(1000);
        _featurizer.Featurize(texts[..50], Pooling.Max);
        _featurizer.Explain(texts[0]);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        foreach (var window in texts.Chunk(100))
        {
            _featurizer.Featurize(window, Pooling.Max);
        }

        _featurizer.Explain(texts[0]);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Loading_and_disposing_leaves_no_tensor_behind()
    {
        var bundle = SmallBundle.Build();
        bundle.LoadFeaturizer().Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        bundle.LoadFeaturizer().Dispose();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void A_featurizer_loaded_within_a_dispose_scope_outlives_it()
    {
        TextFeaturizer featurizer;
        using (torch.NewDisposeScope())
        {
            featurizer = SmallBundle.Build().LoadFeaturizer();
        }

        using (featurizer)
        {
            featurizer.Featurize([Text], Pooling.Max).Should().Equal(_featurizer.Featurize([Text], Pooling.Max));
        }
    }

    [Fact]
    public void A_megabyte_of_text_is_cut_at_the_context_and_said_once()
    {
        var told = new List<TruncatedText>();
        using var featurizer = SmallBundle.Build().LoadFeaturizer(new TextFeaturizerOptions { FirstTruncated = told.Add });
        var text = string.Concat(Enumerable.Repeat("the order has not arrived. ", 40_000));

        var explained = featurizer.Explain(text);
        var vectors = featurizer.Featurize([text, text, Text], Pooling.Max);

        explained.Truncated.Should().BeTrue();
        explained.Tokens.Should().HaveCount(SmallBundle.ContextLength);
        told.Should().ContainSingle().Which.TokensRead.Should().Be(SmallBundle.ContextLength);
        told[0].Tokens.Should().BeGreaterThan(200_000);
        var read = explained.Tokens[^1].Span.End;
        vectors[0].Indices.Should().Equal(_featurizer.Featurize([text[..read]], Pooling.Max).Single().Indices);
        vectors[1].Should().Be(vectors[0]);
    }

    [Fact]
    public void MaxTokens_reads_less_than_the_context()
    {
        using var featurizer = SmallBundle.Build().LoadFeaturizer(new TextFeaturizerOptions { MaxTokens = 3 });

        featurizer.Explain(Text).Tokens.Select(token => token.TokenId).Should().Equal(_featurizer.Explain(Text).Tokens.Take(3).Select(token => token.TokenId));
    }

    [Fact]
    public void Special_tokens_follow_the_bundles_policy()
    {
        using var pooled = SmallBundle.Build(specialTokens: new SpecialTokenPolicy { Pool = true }).LoadFeaturizer();
        using var absent = SmallBundle.Build(specialTokens: new SpecialTokenPolicy { Add = false }).LoadFeaturizer();

        pooled.Explain(Text).Tokens.Should().OnlyContain(token => token.Pooled);
        var begin = pooled.Explain(Text).Tokens[0].Features.Select(feature => feature.Latent);
        pooled.Featurize([Text], Pooling.Binary).Single().Indices.Should().Contain(begin);
        _featurizer.Featurize([Text], Pooling.Binary).Single().Indices.Should().NotContain(begin.Except(
            _featurizer.Explain(Text).Tokens.Skip(1).SelectMany(token => token.Features).Select(feature => feature.Latent)));
        absent.Explain(Text).Tokens.Select(token => token.TokenId).Should().Equal(_featurizer.Explain(Text).Tokens.Skip(1).Select(token => token.TokenId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_text_begins_with_the_begin_token_where_the_bundle_says_so_and_the_tokenizer_does_not(bool template)
    {
        using var featurizer = SmallBundle.Build(
            specialTokens: new SpecialTokenPolicy { Begin = true }, tokenizer: template ? null : SmallTokenizer.RemoveTemplate).LoadFeaturizer();

        var explained = featurizer.Explain(Text);

        explained.Should().BeEquivalentTo(_featurizer.Explain(Text), "it has one begin token, without characters and not pooled");
        featurizer.Featurize([Text, ""], Pooling.Max).Should().Equal(_featurizer.Featurize([Text, ""], Pooling.Max));
    }

    [Theory]
    [InlineData("bos_token", "<|end_of_text|>", "<|end_of_text|>")]
    [InlineData("eos_token", "<|end_of_text|>", "<|end_of_text|>")]
    [InlineData("pad_token", "<|end_of_text|>", "<|endoftext|>")]
    public void The_begin_token_is_the_one_of_TransformerLens(string name, string token, string expected)
    {
        using var featurizer = SmallBundle.Build(
            specialTokens: new SpecialTokenPolicy { Begin = true, Add = false },
            tokenizer: json => Rename(json, "<|begin_of_text|>", "<|endoftext|>"),
            tokenizerConfig: json => Keep(json, name, token)).LoadFeaturizer();

        featurizer.Explain(Text).Tokens.Select(found => found.Token).Take(2).Should().Equal(expected, "The");
    }

    [Fact]
    public void A_tokenizer_without_a_token_to_begin_with_does_not_fit() =>
        FluentActions.Invoking(() => SmallBundle.Build(
            specialTokens: new SpecialTokenPolicy { Begin = true }, tokenizerConfig: json => Keep(json, "pad_token", "<|end_of_text|>")).LoadFeaturizer()).Should().Throw<BundleFormatException>()
            .WithMessage("*: each text is to begin with the begin-of-sequence token (specialTokens.begin), but the tokenizer has none.");

    [Fact]
    public void A_text_of_special_tokens_alone_has_no_features() =>
        _featurizer.Featurize(["<|end_of_text|>"], Pooling.Max).Single().Should().Be(FeatureVector.Empty);

    [Fact]
    public void Folder_memory_and_reference_give_the_same_vectors()
    {
        using var temporary = new TemporaryFolder();
        SmallBundle.Build().Save(temporary.File("whole"));
        LanguageModelSearch.Allow(SmallBundle.LanguageModelFolder);
        SmallBundle.Build(SmallBundle.LanguageModelFolder).Save(temporary.File("reference"));
        var whole = FeatureBundle.Open(temporary.File("whole"));
        var memory = FeatureBundle.Open(new MemoryBundleFiles("memory", whole.Files.Names.ToDictionary(name => name, whole.ReadAll)));
        var texts = SampleTexts.Many(20);
        var expected = _featurizer.Featurize(texts, Pooling.Sum);

        foreach (var bundle in new[] { whole, memory, FeatureBundle.Open(temporary.File("reference")) })
        {
            using var featurizer = bundle.LoadFeaturizer();
            featurizer.Featurize(texts, Pooling.Sum).Should().Equal(expected, "it was loaded from {0}", bundle.Files.Location);
            featurizer.FeatureNames.Should().Equal(_featurizer.FeatureNames);
        }
    }

    [Fact]
    public void A_bundle_that_was_replaced_after_opening_is_refused()
    {
        using var temporary = new TemporaryFolder();
        using var other = RouteSaeModel.Create(SmallBundle.Architecture, seed: 6);
        SmallBundle.Build().Save(temporary.File("bundle"));
        var opened = FeatureBundle.Open(temporary.File("bundle"));

        SmallBundle.Build().With("other", other, FeatureCatalog.Unnamed(SmallBundle.Latents)).Save(temporary.File("bundle"));

        FluentActions.Invoking(() => opened.LoadFeaturizer()).Should().Throw<BundleFormatException>()
            .WithMessage($"The bundle '{temporary.File("bundle")}' is damaged:*- autoencoder.safetensors has SHA-256 * instead of *");
    }

    [Fact]
    public void BFloat16_shifts_the_features_a_little()
    {
        using var fast = SmallBundle.Build().LoadFeaturizer(new TextFeaturizerOptions { Precision = Precision.BFloat16 });

        var explained = fast.Explain(Text).Tokens;

        explained.Zip(_featurizer.Explain(Text).Tokens).Should().OnlyContain(pair => Math.Abs(pair.First.Probability - pair.Second.Probability) < 0.05f);
    }

    [Fact]
    public void Cancellation_is_noticed() =>
        _featurizer.Invoking(f => f.Featurize([Text], Pooling.Max, new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();

    [Fact]
    public void A_disposed_featurizer_says_so()
    {
        var featurizer = SmallBundle.Build().LoadFeaturizer();
        featurizer.Dispose();

        featurizer.Invoking(f => f.Featurize([Text], Pooling.Max)).Should().Throw<ObjectDisposedException>();
        featurizer.Invoking(f => f.Explain(Text)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Parts_that_do_not_fit_together_are_named()
    {
        using var model = RouteSaeModel.Create(SmallBundle.Architecture with { HiddenSize = 16, RoutedHiddenStates = [2, 9] }, seed: 1);
        var builder = new FeatureBundleBuilder
        {
            Name = "odd",
            Model = model,
            LanguageModelFolder = SmallBundle.LanguageModelFolder,
            ContextLength = 1000,
        };

        builder.Invoking(b => b.Build()).Should().Throw<BundleFormatException>().WithMessage(
            "The parts of the bundle 'the new bundle 'odd'' do not fit together: the autoencoder reads hidden states of width 16, the language model's have 32; "
            + "hidden state 9 is routed, but a language model of 8 layers has the routable hidden states 0 to 7; "
            + "the context is 1000 tokens, but the language model reads at most 512.");
    }

    [Fact]
    public void Added_tokens_beyond_the_embedding_only_matter_where_a_text_has_them()
    {
        using var featurizer = SmallBundle.Build(tokenizer: SmallTokenizer.AddToken).LoadFeaturizer();

        featurizer.Featurize([Text], Pooling.Max).Should().Equal(_featurizer.Featurize([Text], Pooling.Max));
        featurizer.Invoking(f => f.Featurize([Text, $"An {SmallTokenizer.Added} token"], Pooling.Max)).Should().Throw<ArgumentException>().WithMessage(
            "A text has the token '<added>', whose id 444 is outside the vocabulary of 444 (ids 0 to 443): the language model has no embedding for it. Take it out of the text.");
    }

    [Fact]
    public void A_vocabulary_beyond_the_embedding_does_not_fit() =>
        FluentActions.Invoking(() => SmallBundle.Build(tokenizer: SmallTokenizer.EnlargeVocabulary).LoadFeaturizer()).Should().Throw<BundleFormatException>()
            .WithMessage("*do not fit together: the tokenizer has 445 tokens without the added ones, the language model's embedding 444.");

    private static void Rename(JsonNode tokenizer, string from, string to)
    {
        SmallTokenizer.RemoveTemplate(tokenizer);
        tokenizer["added_tokens"]!.AsArray().Single(token => token!["content"]!.GetValue<string>() == from)!["content"] = to;
    }

    private static void Keep(JsonNode config, string name, string token)
    {
        foreach (var other in new[] { "bos_token", "eos_token", "pad_token" })
            config.AsObject().Remove(other);
        config[name] = token;
    }

    private static float[] Dense(IEnumerable<ActiveFeature> features)
    {
        var dense = new float[SmallBundle.Latents];
        foreach (var feature in features)
        {
            dense[feature.Latent] = feature.Value;
        }

        return dense;
    }

    private static float[] Dense(FeatureVector vector) => Dense(vector.Indices.Zip(vector.Values, (latent, value) => new ActiveFeature(latent, value)));
}
