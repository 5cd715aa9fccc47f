namespace RouteSae.Package.Tests.Snippets;

public sealed class SnippetTests
{
    public static TheoryData<string> Documents =>
        new(MarkdownSnippets.Documents().Where(document => MarkdownSnippets.Read(document).Count > 0));

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_programs_in_a_document_compile(string document)
    {
        var errors = MarkdownSnippets.Read(document)
            .SelectMany(snippet => SnippetCompiler.Errors(snippet.Code).Select(error => $"{snippet.Location}: {error}"));

        string.Join('\n', errors).Should().BeEmpty("a reader pastes them");
    }

    [Fact]
    public void A_program_with_a_name_that_does_not_exist_is_found() =>
        SnippetCompiler.Errors("ml.Transforms.RouteSea(\"Features\", \"Text\");").Should().ContainSingle().Which.Should().Contain("RouteSea");
}
