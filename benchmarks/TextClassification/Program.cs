return RouteSae.ClassificationBenchmark.BenchmarkProgram.Run(args);
