using System.Globalization;
using System.Text;

namespace RouteSae.ClassificationService.Tests;

/// <summary>Requests that clients should not send, from a seed.</summary>
internal sealed class MutatedRequests(int seed)
{
    private const string GoodBody = """{"text":"Where is my parcel?"}""";

    private static readonly string[] Names = ["text", "texts", "text", "\\u0074ext", "", "\\ud800", "\\udfff\\ud800", "TEXT", "\\u0000", "__proto__", "a"];

    private static readonly string[] Leaves =
    [
        "\"a\"", "\"\"", "\" \"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"\\x\"", "\"\\u12\"", "\"\t\"", "null", "true", "0", "-0", "1e999",
        "123456789012345678901234567890", "01", "+1", "NaN", "//", "/* */1", "'a'", "\"" + new string('é', 300) + "\"", "[]", "{}", "",
    ];

    private static readonly string[] Paths =
    [
        "/", "/classify", "/explain", "/healthz", "/openapi/v1.json", "/openapi/v2.json", "/openapi/..%2fv1.json", "/index.html", "/nothing", "//classify", "/classify/", "/CLASSIFY",
        "/classify/%00", "/%00", "/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fappsettings.json", "/%5c..%5cappsettings.json", "/appsettings.json",
        "/classify%", "/%zz", "/%c0%af", "/%ff%fe", "/%ed%a0%80", "/con", "/a:b", "/*", "/" + new string('a', 3000), "/" + new string('b', 20_000),
        "/" + string.Concat(Enumerable.Repeat("%61/", 900)), "*", "http://elsewhere/classify", "elsewhere:443", "classify", "/a b", "/\u00e9",
        "/classify?" + new string('q', 2000), "/classify?a=%00&a=%&&&==", "/?%ff=%ed%a0%80", "/healthz?%", "/healthz#x",
    ];

    private static readonly string[] Methods =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW", "get", "G", new string('M', 300), "PO ST", "P\u00f6st", "\"GET\"", "GET\t"];

    private static readonly string[] Headers =
    [
        "Content-Type: text/plain", "Content-Type: application/json; charset=utf-16", "Content-Type: application/json; charset=\"", "Content-Type: ;;;", "Content-Type:", "Content-Type: application/json, application/json",
        "Content-Type: multipart/form-data; boundary=", "Content-Type: application/json;" + new string(';', 500), "Content-Encoding: gzip", "Content-Encoding: identity", "Content-Encoding: ,",
        "Accept: ;q=x", "Accept: text/html", "Accept-Encoding: \u0001", "Range: bytes=9999999-", "Range: bytes=-", "Range: bytes=0-0,1-1,5-2", "If-Match: \"x\"", "If-None-Match: *", "If-Modified-Since: never",
        "If-Range: x", "Expect: 100-continue", "Expect: the unexpected", "Upgrade: h2c", "Upgrade: websocket", "Cookie: " + new string('c', 5000), "X: " + new string('x', 40_000), "Authorization: Basic !!!",
        "X-Forwarded-For: ::::", "X-Forwarded-Proto: javascript", "X-HTTP-Method-Override: DELETE", "Host: a, b", "Host: [::1", "Host: http://x/", "Host:", "Origin: null", "Referer: \u00ff\u00fe",
        ": no name", "no colon", "Na me: x", " Folded: x", "X-Null: \0", "X-Bell: \a", "Traceparent: 00-0-0-0", "Baggage: %%%=%%%",
    ];

    private static readonly string[] Framings =
    [
        "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: x", "Content-Length: 5\r\nContent-Length: 6", "Content-Length:", "Content-Length: 0x10", "Content-Length: 31000000",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: chunked\r\nContent-Length: 3", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked",
    ];

    private static readonly string[] Chunks =
        ["zz\r\n", "-1\r\n", "FFFFFFFFFFFFFFFFF\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3;x=\"\r\nabc\r\n0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "0\r\n no trailer\r\n\r\n", "\r\n", "1\nx\n0\n\n", "3\r\nab"];

    private readonly Random _random = new(seed);

    public MutatedRequest Next(int number) => (number % 6) switch
    {
        0 => new("JSON", WithBody(Encoding.UTF8.GetBytes(Json(4))), MustReachTheService: true),
        1 => new("bytes of the body", WithBody(BodyBytes()), MustReachTheService: true),
        2 => new("headers", Request("POST", "/classify", [Pick(Headers), Pick(Headers), "Content-Type: application/json", $"Content-Length: {GoodBody.Length}"], GoodBody)),
        3 => new("method and address", Request(Pick(Methods), Pick(Paths), ["Content-Type: application/json", "Content-Length: 2"], "{}")),
        4 => new("framing", Request("POST", Pick(["/classify", "/explain", "/", "/healthz"]), ["Content-Type: application/json", Pick(Framings)], Pick(Chunks)), MayGoUnanswered: true),
        _ => new("bytes of the request", Mutated(Request("POST", "/classify", ["Content-Type: application/json", $"Content-Length: {GoodBody.Length}"], GoodBody)), MayGoUnanswered: true),
    };

    private byte[] WithBody(byte[] body) =>
        [.. Request("POST", Pick(["/classify", "/explain"]), ["Content-Type: application/json", $"Content-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}"], ""), .. body];

    private static byte[] Request(string method, string path, string[] headers, string body) => Encoding.Latin1.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{string.Join("\r\n", headers)}\r\n\r\n{body}");

    private byte[] BodyBytes() => _random.Next(8) switch
    {
        0 => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(GoodBody)],
        1 => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(GoodBody)],
        2 => Encoding.BigEndianUnicode.GetBytes(GoodBody),
        3 => Encoding.UTF32.GetBytes(GoodBody),
        4 => Encoding.UTF8.GetBytes(new string(Pick(['[', '{', '"', ' ']), _random.Next(100_000))),
        5 => Encoding.UTF8.GetBytes("{\"text\":" + new string('[', _random.Next(2000))),
        _ => Mutated(Encoding.UTF8.GetBytes(GoodBody)),
    };

    private string Json(int depth)
    {
        if (depth == 0 || (depth < 4 && _random.Next(3) == 0))
        {
            return Pick(Leaves);
        }

        var many = Enumerable.Range(0, _random.Next(4));
        return _random.Next(3) == 0
            ? $"[{string.Join(',', many.Select(_ => Json(depth - 1)))}]"
            : $"{{{string.Join(',', many.Select(_ => $"\"{Pick(Names)}\":{Json(depth - 1)}"))}}}";
    }

    private byte[] Mutated(byte[] bytes)
    {
        var mutated = bytes.ToList();
        for (var changes = _random.Next(1, 4); changes > 0; changes--)
        {
            var place = _random.Next(mutated.Count);
            switch (_random.Next(4))
            {
                case 0:
                    mutated[place] = (byte)_random.Next(256);
                    break;
                case 1:
                    mutated.Insert(place, (byte)_random.Next(256));
                    break;
                case 2:
                    mutated[place] ^= (byte)(1 << _random.Next(8));
                    break;
                default:
                    mutated.RemoveRange(place, Math.Min(_random.Next(1, 8), mutated.Count - place));
                    break;
            }

            if (mutated.Count == 0)
            {
                mutated.Add(0);
            }
        }

        return [.. mutated];
    }

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
