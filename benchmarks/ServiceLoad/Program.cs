using System.CommandLine;
using ServiceLoad;

var url = new Option<string>("--url") { Description = "The service.", DefaultValueFactory = _ => "http://localhost:5080" };
var clients = new Option<int>("--clients") { Description = "How many ask at the same time.", DefaultValueFactory = _ => 64 };
var requests = new Option<int>("--requests") { Description = "How many requests they send together, after a tenth as many to warm up.", DefaultValueFactory = _ => 2000 };
var replace = new Option<FileInfo?>("--replace") { Description = "The service's model file: it is replaced by a copy of itself in the middle of each run, so that the service loads it again; an error when it does not." };

var root = new RootCommand("Asks a running ClassificationService for the class of one text a request: one client first, then many. 0 when nothing failed and a replaced model was loaded.") { url, clients, requests, replace };
root.SetAction(async (result, cancellationToken) =>
{
    using var load = new LoadTest(new Uri(result.GetValue(url)!), result.GetValue(replace)?.FullName);
    Console.WriteLine(LoadResult.Header);
    var failed = 0;
    foreach (var count in new[] { 1, result.GetValue(clients) }.Distinct())
    {
        await load.RunAsync(count, Math.Max(count, result.GetValue(requests) / 10), replaceModel: false, cancellationToken);
        var before = await load.LoadedAtAsync(cancellationToken);
        var measured = await load.RunAsync(count, result.GetValue(requests), replaceModel: true, cancellationToken);
        Console.WriteLine(measured);
        failed += measured.Failed;
        if (result.GetValue(replace) is { } file && !await load.HasLoadedSinceAsync(before, cancellationToken))
        {
            Console.Error.WriteLine($"The service did not load its model again after {file.FullName} was replaced. Give the file that it serves, and see that it watches it (RouteSae:WatchModel).");
            return 1;
        }
    }

    return failed == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
