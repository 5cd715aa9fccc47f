using FluentAssertions;
using Microsoft.ML;
using TextClassification;
using Xunit;

namespace RouteSae.Tools.Tests;

public sealed class LabeledTextTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void Quotes_and_markup_stay_as_they_are()
    {
        File.WriteAllText(_path, "Label\tText\na\tShe said \"no\" [bold]twice[/]\n");

        LabeledText.Read(new MLContext(), _path).Should().ContainSingle().Which.Text.Should().Be("She said \"no\" [bold]twice[/]");
    }

    [Fact]
    public void Another_header_is_refused()
    {
        File.WriteAllText(_path, "text,label\nx,y\n");

        FluentActions.Invoking(() => LabeledText.Read(new MLContext(), _path)).Should().Throw<InvalidDataException>()
            .WithMessage("*, line 1: the header is 'text,label'; 'Label<tab>Text' is expected.");
    }

    [Fact]
    public void A_file_without_texts_is_refused()
    {
        File.WriteAllText(_path, "Label\tText\n");

        FluentActions.Invoking(() => LabeledText.Read(new MLContext(), _path)).Should().Throw<InvalidDataException>()
            .WithMessage("* has a header but no texts.");
    }

    public void Dispose() => File.Delete(_path);
}
