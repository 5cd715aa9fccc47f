using FluentAssertions;
using Xunit;

namespace RouteSae.Benchmarks.Tests;

/// <summary>What the program says to a wrong command line.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("'routes' is not a part. Choose one of: all, route, encode, inference, decode, train, language-model, engine, featurise, checkpoint, tokenize.", "routes")]
    [InlineData("'--scales' is not an option. Known: --scale, --rounds, --fidelity, --texts, --output, --help.", "train", "--scales", "paper")]
    [InlineData("'encode' is not an option. Known: --scale, --rounds, --fidelity, --texts, --output, --help.", "train", "encode")]
    [InlineData("--scale is 'large'. Choose one of: paper, embedded, middle.", "--scale", "large")]
    [InlineData("--fidelity is 'both'. Choose one of: corrected, reference.", "--fidelity", "both")]
    [InlineData("--rounds is '0'; a whole number above 0 is expected.", "--rounds", "0")]
    [InlineData("--texts is '-5'; a whole number above 0 is expected.", "featurise", "--texts", "-5")]
    [InlineData("--rounds has no value.", "--rounds")]
    [InlineData("--output is 'no/such/folder/file.md'; a file in a folder that exists is expected.", "--output", "no/such/folder/file.md")]
    public void WrongArgumentsAreNamed(string message, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        BenchmarkProgram.Run(arguments, output, error).Should().Be(2);

        error.ToString().Trim().Should().Be(message);
        output.ToString().Should().BeEmpty();
    }

    [Fact]
    public void HelpIsNoError()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        BenchmarkProgram.Run(["train", "--help"], output, error).Should().Be(0);

        output.ToString().Trim().Should().Be(BenchmarkOptions.Usage.Trim());
        error.ToString().Should().BeEmpty();
    }
}
