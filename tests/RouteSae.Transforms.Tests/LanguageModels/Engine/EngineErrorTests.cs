using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Engine;
using Xunit;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>What the engine refuses, and what it must survive.</summary>
public sealed class EngineErrorTests
{
    private static readonly string s_llama = RepositoryFiles.Golden("lm", "llama_gqa_untied");

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void An_id_outside_the_vocabulary_is_refused_by_name(int id)
    {
        var engine = EngineRun.Load(s_llama);

        var run = () => EngineRun.Of(engine, [1, 2], [3, id]);

        var last = engine.Config.VocabularySize - 1;
        run.Should().Throw<ArgumentException>().WithMessage($"Token id {id} in text 1, position 1 is outside the vocabulary of {last + 1} (ids 0 to {last}).*");
    }

    [Fact]
    public void A_position_that_was_not_learned_is_refused_by_name()
    {
        var engine = EngineRun.Load(RepositoryFiles.Golden("lm", "gpt2"));
        var positions = engine.Config.MaxPositions;

        var run = () => EngineRun.Of(engine, [1], new int[positions + 1]);

        run.Should().Throw<ArgumentException>().WithMessage(
            $"Position {positions} of text 1 does not exist in this gpt2 model, which has learned {positions} positions (0 to {positions - 1}). Shorten the text, or split it.*");
    }

    [Fact]
    public void A_hidden_state_that_does_not_exist_or_was_not_loaded_is_refused_by_name()
    {
        var engine = EngineRun.Load(s_llama, last: 2);
        var layers = engine.Config.LayerCount;
        void Ask(params int[] states) => engine.Forward(RaggedTokens.Of([[1]]), states, new EngineRun());

        FluentActions.Invoking(() => Ask(layers + 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage($"Hidden state {layers + 1} does not exist in this llama model (hidden states 0 to {layers}).*");
        FluentActions.Invoking(() => Ask(3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Hidden state 3 was not loaded: this llama model was loaded up to 2.*");
        FluentActions.Invoking(() => Ask()).Should().Throw<ArgumentException>().WithMessage("No hidden state is asked for. Ask for one or more.*");
    }

    [Fact]
    public void Starts_that_do_not_ascend_to_the_end_are_refused()
    {
        foreach (var starts in new int[][] { [], [1, 2], [0, 1], [0, 2, 1, 2] })
        {
            FluentActions.Invoking(() => new RaggedTokens([5, 6], starts)).Should().Throw<ArgumentException>()
                .WithMessage("The starts of the texts must ascend from 0 to the number of tokens, 2.*");
        }
    }

    [Fact]
    public void No_text_and_empty_texts_have_no_rows()
    {
        var engine = EngineRun.Load(s_llama);

        EngineRun.Of(engine).States.Values.Should().OnlyContain(rows => rows.Length == 0);
        EngineRun.Of(engine, [], []).States.Values.Should().OnlyContain(rows => rows.Length == 0);
        EngineRun.Of(engine, [], [4], [], []).States.Values.Should().OnlyContain(rows => rows.Length == 1);
    }

    [Fact]
    public void A_token_whose_embedding_is_not_finite_spoils_no_token_before_it_and_no_other_text()
    {
        using var tensors = Llama();
        var config = Config();
        var sound = EngineRun.Of(DecoderEngine.Load(config, new TensorWeights(tensors)), [1, 2, 3, 4], [2, 3]);
        foreach (var value in new[] { double.NaN, double.PositiveInfinity })
        {
            using (var row = tensors.Load("model.embed_tokens.weight"))
            {
                row[4].fill_(value);
                using var spoiled = new MemoryTensors(tensors.Names.ToDictionary(name => name, name => name == "model.embed_tokens.weight" ? row.alias() : tensors.Load(name)));

                var run = EngineRun.Of(DecoderEngine.Load(config, new TensorWeights(spoiled)), [1, 2, 3, 4], [2, 3]);

                run.Hash(0, 3).Should().Be(sound.Hash(0, 3));
                run.Hash(4, 2).Should().Be(sound.Hash(4, 2));
                run.States[config.LayerCount][3].Should().Contain(number => !float.IsFinite(number));
            }
        }
    }

    [Fact]
    public void A_pass_allocates_next_to_nothing_once_its_memory_is_there()
    {
        var engine = EngineRun.Load(s_llama);
        var tokens = RaggedTokens.Of([[1, 2, 3], [4, 5, 6, 7, 8]]);
        int[] states = [1, 3];
        var sink = new Sink();
        for (var i = 0; i < 3; i++)
        {
            engine.Forward(tokens, states, sink);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        engine.Forward(tokens, states, sink);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8192, "only the loops over threads and what lists the states are new");
    }

    private static DecoderConfig Config()
    {
        var path = Path.Combine(s_llama, "config.json");
        return DecoderConfig.Parse(File.ReadAllText(path), path);
    }

    private static MemoryTensors Llama()
    {
        using var source = RouteSae.Hub.Checkpoint.OpenFolder(s_llama);
        return new MemoryTensors(source.Names.ToDictionary(name => name, name => source.Load(name)));
    }

    private sealed class Sink : IHiddenStateReader
    {
        public void Read(int hiddenState, HiddenRows rows)
        {
        }
    }
}
