using System.Net;
using System.Text;
using System.Text.Json;
using FluentAssertions;

namespace RouteSae.ClassificationService.Tests;

/// <summary>What the service says of itself, against what it does.</summary>
[Collection(ServiceTests.Name)]
public sealed class ApiTests(TrainedService trained)
{
    [Theory]
    [InlineData("/classify", "200", "400", "413", "415", "503")]
    [InlineData("/explain", "200", "400", "413", "415", "501", "503")]
    public async Task Requests_and_statuses_are_described(string path, params string[] statuses)
    {
        var post = (await ApiAsync()).GetProperty("paths").GetProperty(path).GetProperty("post");

        post.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(content => content.Name).Should().Equal("application/json");
        post.GetProperty("responses").EnumerateObject().Select(response => response.Name).Should().BeEquivalentTo(statuses);
    }

    [Theory]
    [InlineData("/classify", """{ "text": "a" }""")]
    [InlineData("/classify", """{ "texts": ["a", "b"] }""")]
    [InlineData("/classify", """{ "text": "a", "texts": null }""")]
    [InlineData("/classify", """{ "text": null, "texts": ["a"] }""")]
    [InlineData("/explain", """{ "text": "a" }""")]
    public async Task What_is_accepted_fits_the_published_schema(string path, string body)
    {
        var api = await ApiAsync();
        var schema = api.GetProperty("paths").GetProperty(path).GetProperty("post").GetProperty("requestBody").GetProperty("content")
            .GetProperty("application/json").GetProperty("schema");

        Errors(api, schema, JsonDocument.Parse(body).RootElement, "body").Should().BeEmpty();
        (await trained.Client.PostBytesAsync(path[1..], Encoding.UTF8.GetBytes(body))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_refused_does_not_fit_it()
    {
        var api = await ApiAsync();
        var schema = api.GetProperty("components").GetProperty("schemas").GetProperty("RequestTexts");

        Errors(api, schema, JsonDocument.Parse("""{ "text": 3, "texts": ["a", null] }""").RootElement, "body").Should().Equal(
            "body.text is Number", "body.texts[1] is Null");
    }

    private async Task<JsonElement> ApiAsync() => await (await trained.Client.GetAsync("openapi/v1.json")).JsonAsync();

    // The parts of JSON Schema that the service's description uses for its requests.
    private static IEnumerable<string> Errors(JsonElement api, JsonElement schema, JsonElement value, string where)
    {
        schema = Resolved(api, schema);
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            return choices.EnumerateArray().Any(choice => !Errors(api, choice, value, where).Any()) ? [] : [$"{where} is {value.ValueKind}"];
        }

        if (!Types(schema).Contains(TypeOf(value)))
        {
            return [$"{where} is {value.ValueKind}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().SelectMany((item, i) => Errors(api, schema.GetProperty("items"), item, $"{where}[{i}]")),
            JsonValueKind.Object => Missing(schema, value, where)
                .Concat(value.EnumerateObject().SelectMany(property => Errors(api, schema.GetProperty("properties").GetProperty(property.Name), property.Value, $"{where}.{property.Name}"))),
            _ => [],
        };
    }

    private static JsonElement Resolved(JsonElement api, JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? reference.GetString()!.Split('/').Skip(1).Aggregate(api, (element, name) => element.GetProperty(name))
        : schema;

    private static IEnumerable<string> Missing(JsonElement schema, JsonElement value, string where) => schema.TryGetProperty("required", out var required)
        ? required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{where}.{name} is missing")
        : [];

    private static string?[] Types(JsonElement schema) => schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several
        ? [.. several.EnumerateArray().Select(type => type.GetString())]
        : [schema.GetProperty("type").GetString()];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
