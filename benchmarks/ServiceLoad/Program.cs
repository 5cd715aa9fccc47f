using System.CommandLine;
using ServiceLoad;

var url = new Option<string>("--url") { Description = "The service.", DefaultValueFactory = _ => "http://localhost:5080" };
var clients = new Option<int>("--clients") { Description = "How many ask at the same time.", DefaultValueFactory = _ => 64 };
var requests = new Option<int>("--requests") { Description = "How many requests they send together, after a tenth as many to warm up.", DefaultValueFactory = _ => 2000 };
var words = new Option<int>("--words") { Description = "Sends the first words of each ticket only, so that more requests go into a minute.", DefaultValueFactory = _ => int.MaxValue };
var replace = new Option<FileInfo?>("--replace") { Description = "The service's model file: it is replaced by a copy of itself during each run, so that the service loads it again; an error when it does not." };
var reloads = new Option<int>("--reloads") { Description = "How often --replace replaces it in a run, at even distances.", DefaultValueFactory = _ => 1 };
var broken = new Option<bool>("--broken") { Description = "Puts half a model file there before each good one, and waits until the service has refused it." };
var process = new Option<int?>("--process") { Description = "The number of the service's process: its memory is sampled and printed after each run. One run is made, that of --clients." };

var root = new RootCommand("Asks a running ClassificationService for the class of one text a request: one client first, then many. 0 when nothing failed and each replaced model was loaded.")
    { url, clients, requests, words, replace, reloads, broken, process };
root.SetAction(async (result, cancellationToken) =>
{
    using var client = new HttpClient { BaseAddress = new Uri(result.GetValue(url)!), Timeout = TimeSpan.FromMinutes(5) };
    var replacement = result.GetValue(replace) is { } file ? new ModelReplacement(client, file.FullName) : null;
    var failed = 0;
    foreach (var count in result.GetValue(process) is null ? new[] { 1, result.GetValue(clients) }.Distinct() : [result.GetValue(clients)])
    {
        await new LoadTest(client, count, Math.Max(count, result.GetValue(requests) / 10), result.GetValue(words)).RunAsync(cancellationToken);
        using var ended = new CancellationTokenSource();
        var test = new LoadTest(client, count, result.GetValue(requests), result.GetValue(words));
        var memory = result.GetValue(process) is { } id ? new MemoryLog(id) : null;
        var sampling = memory?.RunAsync(() => test.Progress, ended.Token);
        var measured = replacement is null
            ? await test.RunAsync(cancellationToken)
            : await test.RunAsync(replacement, result.GetValue(reloads), result.GetValue(broken), cancellationToken);
        await ended.CancelAsync();
        if (measured is null)
        {
            Console.Error.WriteLine($"The service did not load its model again after {result.GetValue(replace)!.FullName} was replaced. Give the file that it serves, and see that it watches it (RouteSae:WatchModel).");
            return 1;
        }

        Console.WriteLine(LoadResult.Header);
        Console.WriteLine(measured);
        failed += measured.Failed;
        if (memory is not null)
        {
            await sampling!;
            Console.WriteLine();
            Console.WriteLine(memory.Table(rows: 20));
        }
    }

    return failed == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
