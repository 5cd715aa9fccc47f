using System.Collections.Concurrent;
using System.Net;
using System.Text;
using FluentAssertions;

namespace RouteSae.ClassificationService.Tests;

[Collection(ServiceTests.Name)]
public sealed class MutatedRequestTests(TrainedService trained)
{
    private const int Count = 5000;
    private const int Connections = 16;

    [Fact]
    public async Task Five_thousand_mutated_requests_are_answered_or_refused_and_none_is_a_fault_of_the_service()
    {
        await using var service = await ServiceProcess.StartAsync(trained.ModelPath);
        await service.UntilLogAsync("answers from now on");
        var before = service.Errors().Count(); // while the model was being loaded, the service was not healthy
        var mutated = new MutatedRequests(seed: 12);
        MutatedRequest[] requests = [.. Enumerable.Range(0, Count).Select(mutated.Next)];
        var wrong = new ConcurrentBag<string>();
        var seen = new ConcurrentDictionary<(string Kind, string Outcome), int>();

        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (request, _) =>
        {
            var answer = await RawAnswer.OfAsync(service.Client.BaseAddress!, request);
            seen.AddOrUpdate((request.Kind, answer.IsEmpty ? "none" : $"{answer.Status}{(answer.IsFromService ? "" : " by the server")}"), 1, (_, count) => count + 1);
            if (answer.Problem(request) is { } problem)
            {
                wrong.Add($"{request.Kind}: {problem}\n{Encoding.Latin1.GetString(request.Bytes.AsSpan(0, Math.Min(400, request.Bytes.Length)))}\n=> {answer}");
            }
        });

        wrong.Should().BeEmpty();
        seen.Should().ContainKeys(("JSON", "200"), ("JSON", "400"), ("headers", "415"), ("method and address", "404"), ("method and address", "405"));
        (await service.Client.ClassifyAsync("Where is my parcel?")).StatusCode.Should().Be(HttpStatusCode.OK);
        await service.TerminateAsync();
        service.Errors().Skip(before).Should().BeEmpty();
    }
}
