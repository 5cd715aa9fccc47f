using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RouteSae.Package.Tests.Snippets;

/// <summary>Compiles a snippet as the Program.cs of a console project with implicit usings.</summary>
internal static class SnippetCompiler
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // What Microsoft.NET.Sdk.Web adds.
    private const string WebUsings = """
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>The compiler's errors; none for a snippet that a reader can paste.</summary>
    public static IReadOnlyList<string> Errors(string code)
    {
        var isWeb = code.Contains("WebApplication.Create", StringComparison.Ordinal);
        string[] sources = [code, Surroundings.Source, isWeb ? Usings + WebUsings : Usings];
        var compilation = CSharpCompilation.Create(
            "Snippet",
            sources.Select(source => CSharpSyntaxTree.ParseText(source, Language)),
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error).Select(found => found.ToString())];
    }
}
