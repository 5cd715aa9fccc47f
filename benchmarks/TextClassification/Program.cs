return RouteSae.ClassificationBenchmark.ClassificationProgram.Run(args);
