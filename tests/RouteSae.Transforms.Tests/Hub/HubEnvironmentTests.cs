using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

public sealed class HubEnvironmentTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("", "~/.cache/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/xdg", "/xdg/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/xdg HF_HOME=/home", "/home/hub")]
    [InlineData("HF_HOME=/home HUGGINGFACE_HUB_CACHE=/old", "/old")]
    [InlineData("HUGGINGFACE_HUB_CACHE=/old HF_HUB_CACHE=/cache", "/cache")]
    [InlineData("HF_HUB_CACHE= HF_HOME=/home", "/home/hub")]
    [InlineData("TRANSFORMERS_CACHE=/other", "~/.cache/huggingface/hub")]
    [InlineData("HF_HOME=~/models", "~/models/hub")]
    [InlineData("DISK=/disk HF_HOME=$DISK/hf", "/disk/hf/hub")]
    [InlineData("DISK=/disk HF_HUB_CACHE=${DISK}s/hf/$NONE", "/disks/hf/$NONE")]
    public void The_cache_is_where_the_Python_library_has_it(string variables, string folder) =>
        Environment(variables).CacheFolder.Should().Be(Path.GetFullPath(folder.Replace("~", _home.Path)));

    [Theory]
    [InlineData("HF_TOKEN=a HUGGING_FACE_HUB_TOKEN=b", "a")]
    [InlineData("HUGGING_FACE_HUB_TOKEN=b", "b")]
    [InlineData("", "of the default file")]
    [InlineData("HF_TOKEN=", "of the default file")]
    [InlineData("HF_TOKEN_PATH=~/other", "of another file")]
    [InlineData("HF_TOKEN_PATH=~/none", null)]
    [InlineData("HF_HOME=~/none", null)]
    [InlineData("HF_TOKEN=a HF_HUB_DISABLE_IMPLICIT_TOKEN=1", null)]
    public void The_token_is_where_the_Python_library_has_it(string variables, string? token)
    {
        Directory.CreateDirectory(_home.File(".cache", "huggingface"));
        File.WriteAllText(_home.File(".cache", "huggingface", "token"), "of the default file\n");
        File.WriteAllText(_home.File("other"), " of another file\r\n");

        Environment(variables).Token.Should().Be(token);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("HF_HUB_OFFLINE=1", true)]
    [InlineData("HF_HUB_OFFLINE=true", true)]
    [InlineData("HF_HUB_OFFLINE=Yes", true)]
    [InlineData("HF_HUB_OFFLINE=2", false)]
    [InlineData("TRANSFORMERS_OFFLINE=on", true)]
    [InlineData("HF_HUB_OFFLINE=0 TRANSFORMERS_OFFLINE=1", false)]
    public void Downloading_can_be_switched_off(string variables, bool offline) => Environment(variables).Offline.Should().Be(offline);

    [Theory]
    [InlineData("", "https://huggingface.co")]
    [InlineData("HF_ENDPOINT=https://mirror.example/hub/", "https://mirror.example/hub")]
    public void The_endpoint_is_the_hub_or_a_mirror(string variables, string endpoint) =>
        HubSettings.From(new HubOptions(), Environment(variables)).Endpoint.Should().Be(endpoint);

    [Fact]
    public void An_endpoint_that_is_no_address_is_named() =>
        FluentActions.Invoking(() => HubSettings.From(new HubOptions(), Environment("HF_ENDPOINT=mirror")))
            .Should().Throw<ArgumentException>().WithMessage("The environment variable HF_ENDPOINT is 'mirror'. *");

    [Fact]
    public void Options_come_before_the_environment()
    {
        var options = new HubOptions { CacheFolder = "/cache", Endpoint = new Uri("https://mirror.example"), Token = "mine", Offline = false };

        var settings = HubSettings.From(options, Environment("HF_HUB_CACHE=/other HF_ENDPOINT=https://other.example HF_TOKEN=other HF_HUB_OFFLINE=1"));

        settings.Should().BeEquivalentTo(new { CacheFolder = Path.GetFullPath("/cache"), Endpoint = "https://mirror.example", Token = "mine", Offline = false });
    }

    [Fact]
    public void An_empty_token_means_none() => HubSettings.From(new HubOptions { Token = "" }, Environment("HF_TOKEN=a")).Token.Should().BeNull();

    private HubEnvironment Environment(string variables)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new HubEnvironment(values.GetValueOrDefault, _home.Path);
    }
}
