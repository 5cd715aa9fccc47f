using RouteSae.Tools.TinyModel;

const string usage = """
    Makes the model that RouteSae embeds. Commands, in order:
      train-tokenizer --corpora DIR --output OUT [--vocabulary 8192]
      train-model     --output OUT --steps N
      evaluate        --model OUT/model --corpora DIR
      train-routesae  --output OUT --bundle DIR [--tokens 8000000] [--latents 4096] [--active 32] [--naming-tokens 2000000]
    """;

if (args.Any(argument => argument is "--help" or "-h"))
{
    Console.WriteLine(usage);
    return 0;
}

if (args.Length == 0)
{
    Console.Error.WriteLine(usage);
    return 2;
}

try
{
    switch (args[0])
    {
        case "train-tokenizer": TrainTokenizerCommand.Run(new Arguments(args[1..], "corpora", "output", "vocabulary")); break;
        case "train-model": TrainModelCommand.Run(new Arguments(args[1..], "output", "steps")); break;
        case "evaluate": EvaluateCommand.Run(new Arguments(args[1..], "model", "corpora")); break;
        case "train-routesae": TrainRouteSaeCommand.Run(new Arguments(args[1..], "output", "bundle", "tokens", "latents", "active", "naming-tokens")); break;
        default: throw new ArgumentException($"'{args[0]}' is not a command.{Environment.NewLine}{usage}");
    }
    return 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (Exception e) when (e is IOException or FormatException or InvalidOperationException or UnauthorizedAccessException or DllNotFoundException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
