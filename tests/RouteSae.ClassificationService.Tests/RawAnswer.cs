using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace RouteSae.ClassificationService.Tests;

/// <summary>What came back over a connection of its own, read without a client that would correct anything.</summary>
internal sealed class RawAnswer(string text)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public bool IsEmpty => text.Length == 0;

    public int Status => int.Parse(text.AsSpan(9, 3));

    /// <summary>Whether the service wrote it: the web server's own refusals have none of its headers.</summary>
    public bool IsFromService => Head.Contains("\r\nX-Content-Type-Options: nosniff\r\n", StringComparison.Ordinal);

    public string Head => text[..(End + 2)];

    public string Body => text[(End + 4)..];

    private int End => text.IndexOf("\r\n\r\n", StringComparison.Ordinal);

    public static async Task<RawAnswer> OfAsync(Uri service, MutatedRequest request)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(service.Host, service.Port, limit.Token);
        using var answer = new MemoryStream();
        try
        {
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(request.Bytes, limit.Token);
            if (request.MayGoUnanswered)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // The server closed the connection while more was on its way; what it said before counts.
        }

        var text = Encoding.UTF8.GetString(answer.ToArray());
        const string Continue = "HTTP/1.1 100 Continue\r\n\r\n";
        return new RawAnswer(text.StartsWith(Continue, StringComparison.Ordinal) ? text[Continue.Length..] : text);
    }

    /// <summary>What is wrong with it as an answer; null when nothing is.</summary>
    public string? Problem(MutatedRequest request) => this switch
    {
        { IsEmpty: true } => request.MayGoUnanswered ? null : "no answer",
        { IsFromService: false } => request.MustReachTheService || Status is not (400 or 405 or 408 or 411 or 413 or 414 or 431 or 505) ? "refused by the web server" : null,
        { Status: < 400 } => null,
        { Status: >= 500 } => "a fault of the service",
        _ => ProblemOfDocument(request),
    };

    public override string ToString() => text;

    private string? ProblemOfDocument(MutatedRequest request)
    {
        if (!Head.Contains("\r\nContent-Type: application/problem+json\r\n", StringComparison.Ordinal))
        {
            return "no problem document";
        }

        if (request.Bytes.AsSpan().StartsWith("HEAD "u8))
        {
            return null;
        }

        var json = Body[Body.IndexOf('{')..(Body.LastIndexOf('}') + 1)]; // without the frames of its chunks
        var problem = JsonDocument.Parse(json).RootElement;
        return problem.GetProperty("status").GetInt32() == Status && problem.GetProperty("title").GetString() is { Length: > 0 } ? null : "a problem document that says nothing";
    }
}
