using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Published;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Files;

/// <summary>JSON that is well-formed and yet a trap: a key twice, half a surrogate pair, numbers that overflow. Each file has an exception of its own, which names it.</summary>
public sealed class HostileJsonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Traps => new()
    {
        { """{"a":1,"a":2}""", "*a*" },
        { """{"a":{"b":1,"b":1}}""", "*b*" },
        { """{"\ud800":1}""", "*name*is not valid Unicode: it holds half a surrogate pair*" },
        { """{"a":["x","\udc00"]}""", "*$.a?1? is not valid Unicode: it holds half a surrogate pair*" },
        { new string('[', 100) + new string(']', 100), "*depth of 64*" },
        { "[1]", "*" },
        { "null", "*" },
        { "", "*" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Traps))]
    public void A_configuration_of_a_language_model(string json, string message) =>
        FluentActions.Invoking(() => DecoderConfig.Parse(json, "config.json")).Should().Throw<LanguageModelFormatException>()
            .WithMessage(message).Which.Message.Should().StartWith("config.json");

    [Theory]
    [MemberData(nameof(Traps))]
    public void A_configuration_of_SAELens(string json, string message) => Published("sae_weights.safetensors", json, message);

    [Theory]
    [MemberData(nameof(Traps))]
    public void A_configuration_of_sparsify(string json, string message) => Published("sae.safetensors", json, message);

    [Theory]
    [InlineData("sae_weights.safetensors", """{"architecture":"standard","hook_name":"blocks.2.hook_resid_post","d_in":2147483647,"expansion_factor":2147483647}""", "4611686014132420609")]
    [InlineData("sae.safetensors", """{"d_in":65536,"expansion_factor":65536,"k":1}""", "4294967296")]
    public void A_product_that_overflows(string weights, string json, string product)
    {
        Put(weights, json);

        FluentActions.Invoking(() => PublishedAutoencoder.Load(_folder.File("layers.2"))).Should().Throw<PublishedFormatException>()
            .WithMessage($"{_folder.File("layers.2", "cfg.json")}: d_in times expansion_factor is {product} latents, more than any file holds.");
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public void Files_of_a_tokenizer(string json, string message)
    {
        foreach (var name in new[] { "tokenizer_config.json", "special_tokens_map.json" })
        {
            using var folder = new TemporaryFolder();
            File.Copy(RepositoryFiles.Golden("lm", "llama_gqa_untied", "tokenizer.json"), folder.File("tokenizer.json"));
            File.WriteAllText(folder.File("special_tokens_map.json"), "{}");
            File.WriteAllText(folder.File(name), json);
            try
            {
                // No object at all says nothing of the tokens' names.
                TextTokenizer.Load(folder.Path).Encode("a");
                json.Should().BeOneOf("[1]", "null");
            }
            catch (TokenizerFormatException exception)
            {
                exception.Message.Should().StartWith(folder.File(name)).And.Match(message);
            }
        }
    }

    [Theory]
    [InlineData("llama", "num_hidden_layers")]
    [InlineData("phi3", "num_hidden_layers")]
    [InlineData("mistral", "num_hidden_layers")]
    [InlineData("qwen2", "num_hidden_layers")]
    [InlineData("gemma2", "num_hidden_layers")]
    [InlineData("gpt2", "n_layer")]
    public void A_number_of_layers_costs_nothing(string family, string field)
    {
        var json = $$"""
            {"model_type":"{{family}}","hidden_size":16,"intermediate_size":32,"{{field}}":1000000000,"num_attention_heads":2,"num_key_value_heads":2,"vocab_size":8,
             "rms_norm_eps":1e-5,"rope_theta":1e4,"max_position_embeddings":64,"hidden_act":"silu","eos_token_id":2}
            """;

        FluentActions.Invoking(() => DecoderConfig.Parse(json, "config.json")).Should().Throw<LanguageModelFormatException>()
            .WithMessage($"config.json: {field} is 1000000000; models of up to 10000 layers are read.");
    }

    private void Published(string weights, string json, string message)
    {
        Put(weights, json);

        FluentActions.Invoking(() => PublishedAutoencoder.Load(_folder.File("layers.2"))).Should().Throw<PublishedFormatException>()
            .WithMessage(message).Which.Message.Should().StartWith(_folder.File("layers.2", "cfg.json"));
    }

    private void Put(string weights, string json)
    {
        Directory.CreateDirectory(_folder.File("layers.2"));
        File.WriteAllText(_folder.File("layers.2", "cfg.json"), json);
        File.WriteAllBytes(_folder.File("layers.2", weights), [2, 0, 0, 0, 0, 0, 0, 0, .. "{}"u8]);
    }
}
