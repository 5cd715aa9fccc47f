using RouteSae.Cli;

// Not a return: threads in native code must not keep the process alive after a signal.
Environment.Exit(await Tool.RunAsync(args, Console.Out, Console.Error));
