using System.IO.Compression;
using System.Net;
using System.Text;
using FluentAssertions;

namespace RouteSae.ClassificationService.Tests;

[Collection(ServiceTests.Name)]
public sealed class BadInputTests(TrainedService trained)
{
    private const string Shape = """Send { "text": "…" } or { "texts": ["…", "…"] }.""";

    [Theory]
    [InlineData("""{ "text": """, "The body cannot be read as JSON: line 1, byte 11. " + Shape)]
    [InlineData("", "The body cannot be read as JSON: line 1, byte 1. " + Shape)]
    [InlineData("[\"a\"]", "The body is an array, not an object. " + Shape)]
    [InlineData("null", "The body is null, not an object. " + Shape)]
    [InlineData("""{ "text": null, "texts": null }""", "The body has neither 'text' nor 'texts'. " + Shape)]
    [InlineData("{}", "The body has neither 'text' nor 'texts'. " + Shape)]
    [InlineData("""{ "text": "a", "texts": [] }""", "The body has both 'text' and 'texts'. " + Shape)]
    [InlineData("""{ "text": 3 }""", "'text' is a number, not a string. " + Shape)]
    [InlineData("""{ "texts": "a" }""", "'texts' is a string, not an array. " + Shape)]
    [InlineData("""{ "texts": ["a", null] }""", "'texts[1]' is null, not a string. " + Shape)]
    [InlineData("""{ "text": "\ud800" }""", "The string at byte 11 has half of a surrogate pair (\\ud800 to \\udfff), which is no character. Leave it out.")]
    [InlineData("""{"\ud800":1}""", "The string at byte 2 has half of a surrogate pair (\\ud800 to \\udfff), which is no character. Leave it out.")]
    [InlineData("""{"text":"x","\ud800":1}""", "The string at byte 13 has half of a surrogate pair (\\ud800 to \\udfff), which is no character. Leave it out.")]
    [InlineData("""{"text":"x","a":[{"b":"\udc00\ud800"}]}""", "The string at byte 23 has half of a surrogate pair (\\ud800 to \\udfff), which is no character. Leave it out.")]
    [InlineData("""{"text":"x","text":"y"}""", "An object has the name at byte 13 twice. Leave one of them out.")]
    [InlineData("""{"text":"x","\u0074ext":"y"}""", "An object has the name at byte 13 twice. Leave one of them out.")]
    [InlineData("""{ "texts": [] }""", "The request has 0 texts; 1 to 1000 are possible. Send them in several requests.")]
    [InlineData("""{ "text": "" }""", "Text 1 is empty. Leave it out, or send 1 to 20000 characters.")]
    [InlineData("""{ "texts": ["a", " \n"] }""", "Text 2 is empty. Leave it out, or send 1 to 20000 characters.")]
    public Task A_body_that_cannot_be_used_is_400(string body, string detail) =>
        RefusesAsync(trained.Client.PostBytesAsync("classify", Encoding.UTF8.GetBytes(body)), HttpStatusCode.BadRequest, detail);

    [Theory]
    [InlineData("{\"text\":\"", new byte[] { 0xFF }, "\"}")]
    [InlineData("{\"text\":\"", new byte[] { 0xC3 }, "\"}")]
    [InlineData("", new byte[] { 0xED, 0xA0, 0x80 }, "")]
    public Task Invalid_UTF_8_is_400(string before, byte[] bytes, string after) => RefusesAsync(
        trained.Client.PostBytesAsync("classify", [.. Encoding.UTF8.GetBytes(before), .. bytes, .. Encoding.UTF8.GetBytes(after)]),
        HttpStatusCode.BadRequest, "The body has bytes that are not valid UTF-8. Encode the JSON as UTF-8.");

    [Theory]
    [InlineData("classify")]
    [InlineData("explain")]
    public Task Ten_megabytes_are_413(string path) => RefusesAsync(
        trained.Client.PostBytesAsync(path, Encoding.UTF8.GetBytes($"{{\"text\":\"{new string('a', 10_000_000 - 11)}\"}}")),
        HttpStatusCode.RequestEntityTooLarge, "The body has 10000000 bytes; at most 1048576 are read. Send the texts in several requests.");

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFF")]
    [InlineData("zz")]
    [InlineData("-1")]
    public async Task A_body_whose_chunks_are_broken_is_400(string length)
    {
        var head = "POST /classify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        var request = new MutatedRequest("chunks", Encoding.ASCII.GetBytes($"{head}{length}\r\n"), MustReachTheService: true);

        var answer = await RawAnswer.OfAsync(trained.Client.BaseAddress!, request);

        answer.Status.Should().Be(400);
        answer.Problem(request).Should().BeNull();
        answer.Body.Should().Contain("The body could not be read: Bad chunk size data.");
    }

    [Fact]
    public Task Too_many_texts_are_400() => RefusesAsync(
        trained.Client.ClassifyAsync([.. Enumerable.Repeat("a", 1001)]),
        HttpStatusCode.BadRequest, "The request has 1001 texts; 1 to 1000 are possible. Send them in several requests.");

    [Fact]
    public Task A_text_that_is_too_long_is_400() => RefusesAsync(
        trained.Client.ClassifyAsync("short", new string('a', 20_001)),
        HttpStatusCode.BadRequest, "Text 2 has 20001 characters; at most 20000 are possible. Shorten it.");

    [Fact]
    public Task Two_texts_cannot_be_explained_at_once() => RefusesAsync(
        trained.Client.PostBytesAsync("explain", """{ "texts": ["a", "b"] }"""u8.ToArray()),
        HttpStatusCode.BadRequest, """Only one text can be explained at a time. Send { "text": "…" }.""");

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/problem+json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData(null)]
    public Task Another_content_type_is_415(string? contentType) => RefusesAsync(
        trained.Client.PostBytesAsync("classify", """{ "text": "a" }"""u8.ToArray(), contentType),
        HttpStatusCode.UnsupportedMediaType, "The body must be JSON in UTF-8. Send it with the header Content-Type: application/json.");

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON; charset=\"UTF-8\"")]
    public async Task Json_in_UTF_8_is_read(string contentType) =>
        (await trained.Client.PostBytesAsync("classify", """{ "text": "a" }"""u8.ToArray(), contentType)).StatusCode.Should().Be(HttpStatusCode.OK);

    [Fact]
    public Task A_compressed_body_is_415()
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write("""{ "text": "a" }"""u8);
        }

        var content = new ByteArrayContent(zipped.ToArray());
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        return RefusesAsync(
            trained.Client.PostAsync("classify", content), HttpStatusCode.UnsupportedMediaType,
            "The body has the Content-Encoding 'gzip'. Send it as it is, without that header.");
    }

    [Theory]
    [InlineData("GET", "classify")]
    [InlineData("POST", "healthz")]
    [InlineData("POST", "openapi/v1.json")]
    public Task Another_method_is_405(string method, string path) => RefusesAsync(
        trained.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)),
        HttpStatusCode.MethodNotAllowed, "This address wants another method: POST for /classify and /explain, GET for the others.");

    [Fact]
    public Task Another_address_is_404() => RefusesAsync(
        trained.Client.GetAsync("clasify"), HttpStatusCode.NotFound,
        "There is nothing at this address. POST /classify and /explain, GET / and /healthz are there; /openapi/v1.json describes them.");

    [Theory]
    [InlineData("GET", "clasify", HttpStatusCode.NotFound)]
    [InlineData("GET", "explain", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "explain", HttpStatusCode.UnsupportedMediaType)]
    public async Task Errors_are_JSON_whatever_the_sender_would_like_to_read(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Accept.ParseAdd("text/html, text/plain");
        request.Content = method == "POST" ? new StringContent("a") : null;

        var response = await trained.Client.SendAsync(request);

        response.StatusCode.Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await response.JsonAsync()).GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_full_queue_is_503_with_the_time_to_wait()
    {
        await using var service = await ServiceProcess.StartAsync(trained.ModelPath, "--RouteSae:QueueCapacity=1");

        var response = await RefusesAsync(
            service.Client.ClassifyAsync("a", "b"), HttpStatusCode.ServiceUnavailable,
            "The service is busy: there is no room for the request. Ask again in a moment, or with fewer texts.");

        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        (await service.Client.ClassifyAsync("a")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<HttpResponseMessage> RefusesAsync(Task<HttpResponseMessage> request, HttpStatusCode status, string detail)
    {
        var response = await request;
        response.StatusCode.Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await response.JsonAsync();
        problem.GetProperty("detail").GetString().Should().Be(detail);
        problem.GetProperty("status").GetInt32().Should().Be((int)status);
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
        return response;
    }
}
