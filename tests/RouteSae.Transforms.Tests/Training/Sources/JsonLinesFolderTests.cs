using System.Text;
using FluentAssertions;
using RouteSae.Training.Sources;
using Xunit;

namespace RouteSae.Tests.Training.Sources;

public sealed class JsonLinesFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FilesComeInOrdinalOrderAndOthersAreLeftAlone()
    {
        Write("b.jsonl", """{"text": "third"}""");
        Write("B.jsonl", """{"text": "first"}""");
        Write("a.jsonl", """{"text": "second"}""");
        Write("a.json", """{"text": "no"}""");
        Write("a.jsonl.txt", """{"text": "no"}""");
        Directory.CreateDirectory(_folder.File("within.jsonl.d"));
        File.WriteAllText(_folder.File("within.jsonl.d", "c.jsonl"), """{"text": "no"}""");

        new JsonLinesFolder(_folder.Path).Texts().Should().Equal("first", "second", "third");
    }

    [Fact]
    public void LinesThatAreNotJsonAreSkippedAndCounted()
    {
        Write("a.jsonl", """{"text": "one"}""", "", "{broken", """{"text": "two"} trailing""", "\u0085{\"text\": \"three\"}\u00a0");
        Write("b.jsonl", """{"title": "no text here"}""", """{"text": " \t"}""", """{"text": "four"}""");
        var summaries = new List<JsonLinesSummary>();

        var texts = new JsonLinesFolder(_folder.Path).Texts(new Reports<JsonLinesSummary>(summaries.Add)).ToArray();

        texts.Should().Equal("one", "three", "four");
        summaries.Select(summary => (summary.Files, summary.Lines, summary.Texts, summary.InvalidLines, summary.RecordsWithoutText))
            .Should().Equal((1, 5, 2, 3, 0), (2, 8, 3, 3, 2));
        summaries[^1].FirstInvalidLine.Should().StartWith($"{_folder.File("a.jsonl")}, line 2: ");
    }

    [Theory]
    [InlineData("""{"text": "x", "score": NaN, "more": [-Infinity, Infinity]}""", "x")]
    [InlineData("""{"text": "the \"NaN\" of -Infinity", "score": NaN}""", "the \"NaN\" of -Infinity")]
    [InlineData("""{"text": "one", "text": "two"}""", "two")]
    [InlineData("""{"te\u0078t": "caf\u00e9 \ud83d\ude00"}""", "café 😀")]
    public void RecordsAreReadAsPythonReadsThem(string line, string expected)
    {
        Write("a.jsonl", line);

        new JsonLinesFolder(_folder.Path).Texts().Should().Equal(expected);
    }

    [Theory]
    [InlineData("""{"text": "x", "score": NaNs}""")]
    [InlineData("""{"text": "x",}""")]
    [InlineData("""{'text': 'x'}""")]
    [InlineData("\ufeff{\"text\": \"x\"}")]
    public void WhatPythonDoesNotReadIsSkipped(string line)
    {
        Write("a.jsonl", line, """{"text": "kept"}""");

        new JsonLinesFolder(_folder.Path).Texts().Should().Equal("kept");
    }

    [Fact]
    public void LinesEndAtAnyKindOfLineBreak()
    {
        File.WriteAllText(_folder.File("a.jsonl"), "{\"text\": \"one\"}\r\n{\"text\": \"two\"}\r{\"text\": \"a\u2028b\"}\n");

        new JsonLinesFolder(_folder.Path).Texts().Should().Equal("one", "two", "a\u2028b");
    }

    [Theory]
    [InlineData("[1, 2]", "a record must be an object like {\"text\": \"...\"}, not an array. Mend the line or leave it out.")]
    [InlineData("null", "a record must be an object like {\"text\": \"...\"}, not null. Mend the line or leave it out.")]
    [InlineData("""{"text": null}""", "the field 'text' must be a string, not null. Mend the line or leave it out.")]
    [InlineData("""{"text": 3}""", "the field 'text' must be a string, not a number. Mend the line or leave it out.")]
    [InlineData("""{"text": "\ud83d"}""", "the field 'text' holds half a surrogate pair, which is no character. Mend the line or leave it out.")]
    public void RecordsOnWhichTheReferenceFailsAreNamed(string line, string message)
    {
        Write("a.jsonl", """{"text": "fine"}""", line);

        var read = () => new JsonLinesFolder(_folder.Path).Texts().ToArray();

        read.Should().Throw<InvalidDataException>().WithMessage($"{_folder.File("a.jsonl")}, line 2: {message}");
    }

    [Fact]
    public void BytesThatAreNotUtf8AreNamed()
    {
        File.WriteAllBytes(_folder.File("a.jsonl"), [.. Encoding.UTF8.GetBytes("{\"text\": \"caf"), 0xe9, .. Encoding.UTF8.GetBytes("\"}\n")]);

        var read = () => new JsonLinesFolder(_folder.Path).Texts().ToArray();

        read.Should().Throw<InvalidDataException>().WithMessage($"{_folder.File("a.jsonl")} is not UTF-8 from about line 1 on. Convert the file to UTF-8.");
    }

    [Fact]
    public void AFolderWithoutTextSaysWhatItHolds()
    {
        Write("a.jsonl", "[", """  "text": "a JSON file over many lines" """, "]");
        Write("b.jsonl", """{"content": "here"}""");

        var read = () => new JsonLinesFolder(_folder.Path).Texts().ToArray();

        read.Should().Throw<InvalidDataException>().WithMessage(
            $"The folder '{_folder.Path}' holds no text: of 4 lines in 2 files, 3 are not JSON, and 1 records have no text in the field 'text'. " +
            "Every line must be a record like {\"text\": \"...\"}; name another field if the texts stand in one. " +
            $"The first line that is not JSON is {_folder.File("a.jsonl")}, line 1: *");
        new JsonLinesFolder(_folder.Path, "content").Texts().Should().Equal("here");
    }

    [Fact]
    public void AFolderWithoutFilesAndAMissingFolderAreNamed()
    {
        var empty = () => new JsonLinesFolder(_folder.Path);
        var missing = () => new JsonLinesFolder(_folder.File("none"));

        empty.Should().Throw<FileNotFoundException>().WithMessage($"The folder '{_folder.Path}' holds no file whose name ends in .jsonl.*");
        missing.Should().Throw<DirectoryNotFoundException>().WithMessage($"The folder '{_folder.File("none")}' does not exist.*");
    }

    [Fact]
    public void ReadingStreams()
    {
        Write("a.jsonl", """{"text": "one"}""", "[]");

        new JsonLinesFolder(_folder.Path).Texts().First().Should().Be("one", "a fault that lies further on has not been read yet");
    }

    [Fact]
    public void ReadingCanBeCancelled()
    {
        Write("a.jsonl", """{"text": "one"}""");
        using var cancellationToken = new CancellationTokenSource();
        cancellationToken.Cancel();

        var read = () => new JsonLinesFolder(_folder.Path).Texts(cancellationToken: cancellationToken.Token).ToArray();

        read.Should().Throw<OperationCanceledException>();
    }

    private void Write(string name, params string[] lines) => File.WriteAllText(_folder.File(name), string.Join('\n', lines) + '\n');
}
