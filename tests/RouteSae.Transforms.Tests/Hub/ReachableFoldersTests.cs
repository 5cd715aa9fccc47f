using FluentAssertions;
using RouteSae.Bundles;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

/// <summary>A reference in a file is followed only to folders that the user or the program named.</summary>
[Collection(nameof(LanguageModelSearchTests))]
public sealed class ReachableFoldersTests : IDisposable
{
    private const string Allowing =
        " A file may lead only to folders below its bundle, the current folder, ROUTESAE_MODELS and the hub's cache; if you trust this one, "
        + "call LanguageModelSearch.Allow(folder) before loading.";

    private readonly TemporaryFolder _temporary = new();
    private readonly TemporaryFolder _outside = new();
    private readonly string? _models = Environment.GetEnvironmentVariable(LanguageModelSearch.ModelsVariable);

    public ReachableFoldersTests() => Environment.SetEnvironmentVariable(LanguageModelSearch.ModelsVariable, null);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(LanguageModelSearch.ModelsVariable, _models);
        _temporary.Dispose();
        _outside.Dispose();
    }

    [Theory]
    [InlineData("{outside}/lm", "{outside}/lm: not looked at: it is outside the folders that a bundle may refer to")]
    [InlineData("../lm", "{temporary}/lm: not looked at: it is outside the folders that a bundle may refer to")]
    [InlineData("within/../../lm", "{temporary}/lm: not looked at: it is outside the folders that a bundle may refer to")]
    [InlineData("//server/share/lm", "//server/share/lm: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData(@"\\server\share\lm", @"\\server\share\lm: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData(@"\\?\C:\lm", @"\\?\C:\lm: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData(@"\\.\pipe\lm", @"\\.\pipe\lm: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData(@"\??\UNC\server\share", @"\??\UNC\server\share: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData("/\\server/share", "/\\server/share: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData("file:///lm", "file:///lm: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData("smb://server/lm", "smb://server/lm: not looked at: it names a network, a device or a URL, which only the program may allow")]
    public void A_model_elsewhere_is_not_looked_at_although_it_is_there(string location, string finding)
    {
        CopyModel(_outside.File("lm"));
        CopyModel(_temporary.File("lm"));

        Message(() => Saved(Named(location)).FindLanguageModel()).Should().Contain($"- {Named(finding)}{Environment.NewLine}").And.EndWith(Allowing);
    }

    [Theory]
    [InlineData("{outside}/lm", "{outside}/lm: not looked at: it is outside the folders that a bundle may refer to")]
    [InlineData("//server/lm", "//server/lm: not looked at: it names a network, a device or a URL, which only the program may allow")]
    [InlineData("a\0b", "a\\0b: not looked at: it is not a path")]
    public void Where_a_file_says_that_the_model_was_is_no_permission(string lastFoundAt, string finding)
    {
        CopyModel(_outside.File("lm"));
        Saved("nowhere");

        var bundle = FeatureBundle.Open(new FolderBundleFiles(_temporary.File("bundle")), Named(lastFoundAt));

        Message(() => bundle.FindLanguageModel()).Should().Contain($"- {Named(finding)}{Environment.NewLine}").And.Contain(Allowing);
    }

    [Fact]
    public void A_link_to_a_folder_elsewhere_is_not_followed()
    {
        CopyModel(_outside.File("lm"));
        var bundle = Saved("way/lm");
        Directory.CreateSymbolicLink(_temporary.File("bundle", "way"), _outside.Path);

        Message(() => bundle.FindLanguageModel()).Should().Contain(
            $"- {_temporary.File("bundle", "way", "lm")}: not looked at: a link leads to {_outside.File("lm")}, outside the folders that a bundle may refer to");
    }

    [Fact]
    public void A_file_that_is_a_link_to_a_file_elsewhere_is_not_read()
    {
        CopyModel(_outside.File("lm"));
        var bundle = Saved("lm");
        var model = CopyModel(_temporary.File("bundle", "lm"));
        File.Delete(Path.Combine(model, "model.safetensors"));
        File.CreateSymbolicLink(Path.Combine(model, "model.safetensors"), _outside.File("lm", "model.safetensors"));

        Message(() => bundle.FindLanguageModel()).Should().Contain(
            $"- {model}: model.safetensors is not looked at: a link leads to {_outside.File("lm", "model.safetensors")}, outside the folders that a bundle may refer to");
    }

    [Fact]
    public void A_link_in_a_circle_is_not_followed()
    {
        var bundle = Saved("circle");
        Directory.CreateSymbolicLink(_temporary.File("bundle", "circle"), _temporary.File("bundle", "circle"));

        Message(() => bundle.FindLanguageModel()).Should().Contain("not looked at: a link on the way leads in a circle");
    }

    [Fact]
    public void Links_within_the_allowed_folders_are_followed()
    {
        var bundle = Saved("lm");
        var blobs = CopyModel(_temporary.File("bundle", "blobs"));
        Directory.CreateDirectory(_temporary.File("bundle", "lm"));
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.CreateSymbolicLink(_temporary.File("bundle", "lm", name), $"../blobs/{name}");
        }

        bundle.FindLanguageModel().Should().Be(_temporary.File("bundle", "lm"));
        blobs.Should().NotBe(bundle.FindLanguageModel());
    }

    [Fact]
    public void What_the_program_allows_is_followed_with_all_below_it()
    {
        var model = CopyModel(_outside.File("models", "lm"));
        var bundle = Saved(model);
        bundle.Invoking(b => b.FindLanguageModel()).Should().Throw<LanguageModelNotFoundException>();

        LanguageModelSearch.Allow(_outside.File("models"));

        bundle.FindLanguageModel().Should().Be(model);
        CopyModel(_outside.File("models-too"));
        Saved(_outside.File("models-too")).Invoking(b => b.FindLanguageModel()).Should().Throw<LanguageModelNotFoundException>("a name that begins alike is another folder");
    }

    [Fact]
    public void The_environment_variable_names_several_folders()
    {
        var model = CopyModel(_outside.File("second", "lm"));
        Environment.SetEnvironmentVariable(
            LanguageModelSearch.ModelsVariable, string.Join(Path.PathSeparator, _outside.File("first"), _outside.File("second")));

        Saved(model).FindLanguageModel().Should().Be(model);
        Saved("lm").FindLanguageModel().Should().Be(model);
    }

    private static string Message(Action find) => find.Should().Throw<LanguageModelNotFoundException>().Which.Message;

    private string Named(string path) => path.Replace("{outside}", _outside.Path).Replace("{temporary}", _temporary.Path);

    private FeatureBundle Saved(string location)
    {
        SmallBundle.Build(location).Save(_temporary.File("bundle"));
        return FeatureBundle.Open(_temporary.File("bundle"));
    }

    private static string CopyModel(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), Path.Combine(folder, name));
        }

        return folder;
    }
}
