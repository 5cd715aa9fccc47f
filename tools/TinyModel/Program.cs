using RouteSae.Tools.TinyModel;

const string usage = """
    Makes the model that RouteSae embeds. Commands, in order:
      train-tokenizer --corpora DIR --output DIR [--vocabulary 8192]
      train-model     --output DIR (--steps N | --minutes N)
      evaluate        --model DIR/model --corpora DIR
      train-routesae  --output DIR --bundle DIR [--tokens 8000000] [--latents 4096] [--active 32]
    """;

if (args.Length == 0)
{
    Console.Error.WriteLine(usage);
    return 2;
}

try
{
    var arguments = new Arguments(args[1..]);
    switch (args[0])
    {
        case "train-tokenizer": TrainTokenizerCommand.Run(arguments); break;
        case "train-model": TrainModelCommand.Run(arguments); break;
        case "evaluate": EvaluateCommand.Run(arguments); break;
        case "train-routesae": TrainRouteSaeCommand.Run(arguments); break;
        default: throw new ArgumentException($"'{args[0]}' is not a command.{Environment.NewLine}{usage}");
    }
    return 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
