using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace RouteSae.TestSupport;

/// <summary>A hub with one model, <c>org/name</c>, on a real HTTP server of this machine.</summary>
public sealed class LoopbackHub : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly WebApplication _application;

    private LoopbackHub(WebApplication application)
    {
        _application = application;
        application.Run(AnswerAsync);
    }

    public Uri Endpoint => new(_application.Urls.Single());

    public Dictionary<string, ServedFile> Files { get; } = [];

    public ConcurrentQueue<HubRequest> Requests { get; } = [];

    /// <summary>The commit that every revision is.</summary>
    public string CurrentCommit { get; set; } = Commit;

    /// <summary>Where large files are redirected to.</summary>
    public LoopbackHub? Cdn { get; set; }

    /// <summary>Sees each request first; true when it has answered it.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; set; }

    /// <summary>The requests for files and for what the revision is, as METHOD PATH.</summary>
    public IEnumerable<string> Log => Requests.Select(request => request.ToString());

    public static async Task<LoopbackHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var hub = new LoopbackHub(builder.Build());
        await hub._application.StartAsync();
        return hub;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    public int Downloads(string file) => Log.Count(request => request == $"GET /org/name/resolve/{CurrentCommit}/{file}");

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Requests.Enqueue(new HubRequest(
            context.Request.Method, target, context.Request.Headers.Authorization, context.Request.Headers.Range, context.Request.Headers.IfRange));
        if (Before is { } before && await before(context))
        {
            return;
        }

        var name = target[(target.LastIndexOf('/') + 1)..];
        if (target.StartsWith("/api/models/org/name/revision/", StringComparison.Ordinal))
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(
                new { id = "org/name", sha = CurrentCommit, siblings = Files.Keys.Select(file => new { rfilename = file }) }));
        }
        else if (Files.TryGetValue(name, out var file))
        {
            await AnswerAsync(context, file, name);
        }
        else
        {
            await RefuseAsync(context, 404, "EntryNotFound");
        }
    }

    public static Task<bool> RefuseAsync(HttpContext context, int status, string? code = null)
    {
        context.Response.StatusCode = status;
        if (code is not null)
        {
            context.Response.Headers["X-Error-Code"] = code;
        }

        return Task.FromResult(true);
    }

    private Task AnswerAsync(HttpContext context, ServedFile file, string name)
    {
        context.Response.Headers["X-Repo-Commit"] = CurrentCommit;
        if (Cdn is { } cdn && file.IsLarge)
        {
            cdn.Files[name] = file;
            context.Response.Headers["X-Linked-Etag"] = $"\"{file.ETag}\"";
            context.Response.Headers["X-Linked-Size"] = $"{file.AnnouncedSize}";
            context.Response.Headers.ETag = "\"not the content\"";
            context.Response.Redirect(new Uri(cdn.Endpoint, $"/cdn/{name}").AbsoluteUri);
            return Task.CompletedTask;
        }

        context.Response.Headers.ETag = $"\"{file.ETag}\"";
        return context.Request.Method == "HEAD" ? DescribeAsync(context, file) : SendAsync(context, file);
    }

    private static Task DescribeAsync(HttpContext context, ServedFile file)
    {
        context.Response.ContentLength = file.AnnouncedSize;
        return Task.CompletedTask;
    }

    private static async Task SendAsync(HttpContext context, ServedFile file)
    {
        var range = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
        var isCurrent = context.Request.Headers.IfRange is not [{ } validator] || validator == context.Response.Headers.ETag;
        var start = file.IgnoresRange || !isCurrent ? 0 : (int)range;
        if (start > 0)
        {
            context.Response.StatusCode = (int)HttpStatusCode.PartialContent;
            context.Response.Headers.ContentRange = $"bytes {start}-{file.Content.Length - 1}/{file.Content.Length}";
        }

        var rest = file.Content.AsMemory(start);
        context.Response.ContentLength = rest.Length;
        if (file.Breaks.TryDequeue(out var bytes))
        {
            await context.Response.Body.WriteAsync(rest[..bytes]);
            await context.Response.Body.FlushAsync();
            if (file.Pause is { } pause)
            {
                await pause;
                context.Abort();
            }

            // The server sends what there is and closes the connection, since the rest of the announced length is missing.
            return;
        }

        await context.Response.Body.WriteAsync(rest);
    }
}
