namespace RouteSae.Benchmarks.Reporting;

/// <summary>
/// A speed of the authors' own Python code (d1a3c06), for orientation: measured by us once, on PyTorch 1.13.1 with 2 threads of
/// another machine of the kind, not in this process. Ratios are therefore never taken to it.
/// </summary>
internal sealed record AuthorsFigure(double TokensPerSecond)
{
    public const string Origin =
        "The authors' Python code was measured once on PyTorch 1.13.1, CPU, 2 threads of another machine of the kind (at paper scale it trained in batches of 4,096 tokens): compare orders of magnitude only.";

    public static AuthorsFigure PaperTraining { get; } = new(430);

    public static AuthorsFigure EmbeddedTraining { get; } = new(8555);

    public static AuthorsFigure PaperInference { get; } = new(1083);

    public static AuthorsFigure EmbeddedInference { get; } = new(16625);

    public string Name => "authors' Python, another machine";
}
