using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

public sealed class GenerationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cached_and_recomputed_generation_choose_the_same_tokens(bool sampled)
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 3, 6);
        var mask = RandomModel.Mask("111111", "001111", "000001");
        GenerationOptions Options(bool useCache) => new()
        {
            MaxNewTokens = 70, // beyond the first room of the cache
            Temperature = sampled ? 1 : 0,
            Seed = 7,
            KeepScores = true,
            UseCache = useCache,
        };

        using var cached = model.Generate(ids, mask, Options(useCache: true));
        using var recomputed = model.Generate(ids, mask, Options(useCache: false));

        cached.Ids.shape.Should().Equal(3, 76);
        cached.Ids.narrow(1, 0, 6).ShouldBeIdentical(ids, "the prompts");
        cached.Ids.ShouldBeIdentical(recomputed.Ids, "the tokens");
        cached.Scores!.ShouldBeClose(recomputed.Scores!, "the scores");
    }

    [Fact]
    public void Several_positions_may_follow_a_cache_at_once()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 2, 10);
        foreach (var mask in new[] { null, RandomModel.Mask("1111111111", "0011111111") })
        {
            var request = new ForwardRequest { Logits = true, PositionsFromMask = true };
            using var whole = model.Forward(ids, mask, request);
            using var cache = new KeyValueCache(model.Config.LayerCount);
            var parts = new List<Tensor>();
            for (int start = 0, size = 4; start < 10; start += size, size = 3)
            {
                using var part = model.Forward(ids.narrow(1, start, size), mask?.narrow(1, 0, start + size), request, cache);
                parts.Add(part.Logits!.clone());
            }

            cache.Length.Should().Be(10);
            cat(parts, 1)[0].ShouldBeClose(whole.Logits![0], "the first row");
            cat(parts, 1)[1].narrow(0, 2, 8).ShouldBeClose(whole.Logits[1].narrow(0, 2, 8), "the second row");
        }
    }

    [Fact]
    public void A_row_that_ends_is_filled_while_the_others_go_on()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 2, 4);
        using var free = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8 });
        var (first, second) = (free.NewTokens(0), free.NewTokens(1));
        var end = first.First(id => !second.Contains(id));
        var length = first.ToList().IndexOf(end) + 1;

        using var generated = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8, EndOfSequence = [end], Padding = 60 });

        generated.NewTokens(0).Should().Equal(first.Take(length));
        generated.NewTokens(1).Should().Equal(second);
        generated.Ids[0].narrow(0, 4 + length, 8 - length).data<long>().Should().OnlyContain(id => id == 60);
    }

    [Fact]
    public void A_row_that_ends_is_filled_with_the_configurations_padding()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd with { Padding = 59 });
        var ids = RandomModel.Ids(model.Config, 2, 4);
        using var free = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8 });
        var end = free.NewTokens(0).First(id => !free.NewTokens(1).Contains(id));

        using var generated = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8, EndOfSequence = [end] });

        var length = generated.NewTokens(0).Count;
        length.Should().BeLessThan(8);
        generated.Ids[0].narrow(0, 4 + length, 8 - length).data<long>().Should().OnlyContain(id => id == 59);
    }

    [Fact]
    public void Repetition_is_penalised_as_the_files_say()
    {
        const double penalty = 1.5;
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var model = RandomModel.Create(RandomModel.Odd))
            model.Save(folder.Path);
        File.WriteAllText(folder.File("generation_config.json"), $$"""{ "repetition_penalty": {{penalty}}, "min_length": 0, "num_beams": 1, "forced_eos_token_id": null }""");
        using var loaded = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32 });
        var ids = RandomModel.Ids(loaded.Config, 2, 4);

        using var free = loaded.Generate(ids, options: new GenerationOptions { MaxNewTokens = 2, KeepScores = true, RepetitionPenalty = 1, EndOfSequence = [] });
        using var penalised = loaded.Generate(ids, options: new GenerationOptions { MaxNewTokens = 2, KeepScores = true, EndOfSequence = [] });

        for (var row = 0; row < 2; row++)
        {
            var seen = ids[row].data<long>().ToHashSet();
            var expected = free.Scores![0][row].data<float>().Select((score, id) => !seen.Contains(id) ? score : score > 0 ? score / penalty : score * penalty).ToArray();
            penalised.Scores![0][row].data<float>().Select(score => (double)score).Should().Equal(expected, (actual, wanted) => Math.Abs(actual - wanted) < 1e-6);
        }
    }

    [Theory]
    [InlineData(""" "no_repeat_ngram_size": 3, "suppress_tokens": [1, 2] """, "no_repeat_ngram_size, suppress_tokens")]
    [InlineData(""" "forced_bos_token_id": 0 """, "forced_bos_token_id")]
    [InlineData(""" "num_beams": 4 """, "num_beams")]
    public void Rules_that_are_not_implemented_are_refused_where_they_would_count(string fields, string named)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var model = RandomModel.Create(RandomModel.Odd))
            model.Save(folder.Path);
        File.WriteAllText(folder.File("generation_config.json"), $"{{ {fields} }}");
        using var loaded = DecoderModel.Load(folder.Path);

        var generating = () => loaded.Generate(RandomModel.Ids(loaded.Config, 1, 4));

        generating.Should().Throw<NotSupportedException>().WithMessage($"The files of this llama model ask for {named} in generation, which is not implemented.*");
    }

    [Fact]
    public void Generation_stops_when_every_row_has_ended()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 1, 4);
        using var free = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8 });
        var third = free.NewTokens(0)[2];
        var expected = free.NewTokens(0).Take(free.NewTokens(0).ToList().IndexOf(third) + 1).ToList();

        using var generated = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8, EndOfSequence = [third] });

        generated.NewTokens(0).Should().Equal(expected);
        generated.Ids.size(1).Should().Be(4 + expected.Count);
    }

    [Fact]
    public void The_configuration_names_the_ids_that_end_a_text()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 1, 4);
        using var free = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8 });
        model.Save(folder.Path);
        var first = free.NewTokens(0)[0];
        File.WriteAllText(folder.File("generation_config.json"), $$"""{ "eos_token_id": [{{first}}, 60], "pad_token_id": 59 }""");
        using var loaded = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32 });

        using var generated = loaded.Generate(ids, options: new GenerationOptions { MaxNewTokens = 8 });

        loaded.Config.EndOfSequence.Should().Equal(first, 60);
        loaded.Config.Padding.Should().Be(59);
        generated.NewTokens(0).Should().Equal(first);
    }

    [Fact]
    public void A_seed_decides_what_is_sampled()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 1, 4);
        int[] Sample(long seed)
        {
            using var generated = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 20, Temperature = 2, Seed = seed });
            return [.. generated.NewTokens(0)];
        }

        Sample(1).Should().Equal(Sample(1));
        Sample(1).Should().NotEqual(Sample(2));
    }

    [Theory]
    [InlineData(1e-30, null, null)]
    [InlineData(5.0, 1, null)]
    [InlineData(5.0, null, 1e-9)]
    public void Sampling_that_leaves_one_token_is_greedy(double temperature, int? topK, double? topP)
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var ids = RandomModel.Ids(model.Config, 2, 4);
        using var greedy = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 15 });

        using var sampled = model.Generate(ids, options: new GenerationOptions { MaxNewTokens = 15, Temperature = temperature, TopK = topK, TopP = topP });

        sampled.Ids.ShouldBeIdentical(greedy.Ids, "the tokens");
    }

    [Fact]
    public void Tokens_outside_the_filters_are_never_drawn()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var options = new GenerationOptions { MaxNewTokens = 40, Temperature = 3, TopK = 5, TopP = 0.6, KeepScores = true };
        using var generated = model.Generate(RandomModel.Ids(model.Config, 1, 4), options: options);
        var drawn = generated.NewTokens(0);
        for (var step = 0; step < drawn.Count; step++)
        {
            var scores = generated.Scores![step, 0];
            var highest = scores.topk(5);
            var probabilities = (highest.values / 3).softmax(0).data<float>().ToArray();
            var kept = highest.indexes.data<long>().ToArray().Where((_, rank) => probabilities.Take(rank).Sum() < 0.6 + 1e-6);
            kept.Should().Contain(drawn[step]);
        }

        drawn.Distinct().Should().HaveCountGreaterThan(1);
    }

    [Fact]
    public void Draws_follow_the_softmax_of_the_scores()
    {
        using var scope = NewDisposeScope();
        using var choice = new TokenChoice(new GenerationOptions { Temperature = 2, Seed = 3 }, CPU);
        var scores = tensor(new[] { 2f, 0f, -2f }).expand(4000, 3);

        var counts = choice.Choose(scores).bincount(null, minlength: 3).data<long>().ToArray();

        var weights = new[] { Math.E, 1, 1 / Math.E };
        for (var id = 0; id < 3; id++)
            (counts[id] / 4000.0).Should().BeApproximately(weights[id] / weights.Sum(), 0.03);
    }

    [Fact]
    public void Cancelling_stops_before_the_next_token()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        var generate = () => model.Generate(RandomModel.Ids(model.Config, 1, 4), cancellationToken: cancelled.Token);

        generate.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void A_prompt_padded_on_the_right_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);

        var generate = () => model.Generate(RandomModel.Ids(model.Config, 2, 4), RandomModel.Mask("1111", "1100"));

        generate.Should().Throw<ArgumentException>().WithMessage("Row 1 of the prompts ends with padding. Pad on the left: a prompt is continued at its last position.*");
    }

    [Fact]
    public void Options_out_of_range_are_listed_in_one_message()
    {
        using var scope = NewDisposeScope();
        using var model = RandomModel.Create(RandomModel.Odd);
        var options = new GenerationOptions { MaxNewTokens = 0, Temperature = -1, TopK = 0, TopP = 1.5, Padding = 61 };

        var generate = () => model.Generate(RandomModel.Ids(model.Config, 1, 4), options: options);

        generate.Should().Throw<ArgumentException>().WithMessage(
            "The generation options are wrong: MaxNewTokens is 0, at least 1 is expected; Temperature is -1, 0 or a positive number is expected; "
            + "TopK is 0, at least 1 is expected; TopP is 1.5, a number above 0 and up to 1 is expected; Padding is 61, which is outside the vocabulary of 61.*");
    }

    [Fact]
    public void A_model_without_its_upper_layers_does_not_generate()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var created = RandomModel.Create(RandomModel.Odd))
            created.Save(folder.Path);
        using var lower = DecoderModel.Load(folder.Path, new DecoderLoadOptions { LastHiddenState = 2 });

        var generate = () => lower.Generate(RandomModel.Ids(lower.Config, 1, 4));

        generate.Should().Throw<InvalidOperationException>().WithMessage(
            "Generating needs the whole model: this llama model was loaded up to hidden state 2, without the output head.");
    }
}
