using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.LanguageModels;

public sealed class TextGeneratorTests
{
    [Fact]
    public void Texts_of_different_lengths_are_continued_together_as_they_are_alone()
    {
        using var golden = new GoldenModel("llama_gqa_untied");
        var generator = new TextGenerator(golden.Model, TextTokenizer.Load(golden.Folder));
        var options = new GenerationOptions { MaxNewTokens = 6 };
        string[] prompts = ["The river", "A", "The small boat went down the river"];

        var together = generator.Generate(prompts, options);

        together.Should().HaveCount(3);
        for (var i = 0; i < prompts.Length; i++)
        {
            together[i].Should().StartWith(prompts[i]).And.NotBe(prompts[i]);
            generator.Generate(prompts[i], options).Should().Be(together[i]);
        }
    }

    [SkippableFact]
    public void A_trained_model_tells_its_story()
    {
        var folder = RepositoryFiles.Shared("data", "models", "stories260K");
        Skip.If(folder is null, "shared/data/models/stories260K does not lie beside the repository.");
        using var model = DecoderModel.Load(folder!, new DecoderLoadOptions { Precision = Precision.Float32 });

        var story = new TextGenerator(model, TextTokenizer.Load(folder!)).Generate("", new GenerationOptions { MaxNewTokens = 50 });

        story.Should().StartWith("Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with");
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused()
    {
        using var golden = new GoldenModel("llama_sharded");
        var tokenizer = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

        var create = () => new TextGenerator(golden.Model, tokenizer);

        create.Should().Throw<ArgumentException>().WithMessage("Tokenizer and model do not belong together: the tokenizer has 442 tokens without the added ones, the language model's embedding 256.*");
    }

    [Fact]
    public void Added_tokens_beyond_the_embedding_only_matter_where_a_prompt_has_them()
    {
        using var golden = new GoldenModel("llama_gqa_untied");
        using var changed = new TemporaryFolder();
        SmallTokenizer.Save(changed.Path, SmallTokenizer.AddToken, config => config["pad_token"] = SmallTokenizer.Added);
        var tokenizer = TextTokenizer.Load(changed.Path);
        string[] prompts = ["The river", "A"];

        var generator = new TextGenerator(golden.Model, tokenizer);

        tokenizer.Padding.Should().Be(444);
        generator.Generate(prompts).Should().Equal(new TextGenerator(golden.Model, TextTokenizer.Load(golden.Folder)).Generate(prompts));
        generator.Invoking(it => it.Generate(["A", $"A{SmallTokenizer.Added}"])).Should().Throw<ArgumentException>().WithMessage(
            "A text has the token '<added>', whose id 444 is outside the vocabulary of 444 (ids 0 to 443): the language model has no embedding for it. Take it out of the text.");
    }

    [Fact]
    public void A_prompt_without_tokens_is_refused()
    {
        using var golden = new GoldenModel("llama_gqa_untied");
        var generator = new TextGenerator(golden.Model, TextTokenizer.Load(golden.Folder));

        var generate = () => generator.Generate(["A", ""]);

        generate.Should().Throw<ArgumentException>().WithMessage("Prompt 1 has no tokens, and this tokenizer does not begin texts with a special token.*");
    }
}
