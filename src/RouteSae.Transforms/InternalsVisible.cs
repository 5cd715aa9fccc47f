using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("RouteSae.Transforms.Tests")]
[assembly: InternalsVisibleTo("RouteSae.Tools.Tests")]
[assembly: InternalsVisibleTo("routesae-tinymodel")]
[assembly: InternalsVisibleTo("PaperComparison")]
[assembly: InternalsVisibleTo("RouteSae.Benchmarks")]
[assembly: InternalsVisibleTo("RouteSae.Benchmarks.Tests")]
[assembly: InternalsVisibleTo("ClassificationBenchmark")]
