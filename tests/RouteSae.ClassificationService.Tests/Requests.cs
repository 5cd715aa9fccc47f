using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace RouteSae.ClassificationService.Tests;

/// <summary>What tests send.</summary>
internal static class Requests
{
    public static Task<HttpResponseMessage> ClassifyAsync(this HttpClient client, params string[] texts) =>
        texts.Length == 1 ? client.PostAsJsonAsync("classify", new { text = texts[0] }) : client.PostAsJsonAsync("classify", new { texts });

    public static Task<HttpResponseMessage> PostBytesAsync(this HttpClient client, string path, byte[] body, string? contentType = "application/json")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return client.PostAsync(path, content);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();
}
