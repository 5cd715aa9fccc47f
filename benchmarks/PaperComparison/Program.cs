return RouteSae.PaperComparison.ComparisonProgram.Run(args);
