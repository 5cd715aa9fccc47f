using System.Text.Json;
using static RouteSae.Tensors.SafetensorsFormatException;

namespace RouteSae.Tensors;

/// <summary>Reads the JSON of a safetensors header in one pass, without a document in memory.</summary>
/// <param name="json">The header's JSON, possibly padded with spaces.</param>
/// <param name="dataStart">Where the tensors' data begins in the file, in bytes.</param>
/// <param name="location">The file's name, for messages.</param>
internal ref struct SafetensorsHeaderParser(ReadOnlySpan<byte> json, long dataStart, string location)
{
    /// <summary>The name that is not a tensor.</summary>
    public const string MetadataName = "__metadata__";

    private const int MaximumDepth = 8;
    private const int MaximumDimensions = 64;

    private readonly long _dataStart = dataStart;
    private readonly string _location = location;
    private Utf8JsonReader _reader = new(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
    private bool _hasMetadata;

    /// <summary>The tensors that were read.</summary>
    public Dictionary<string, SafetensorsEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>The metadata that was read.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads everything.</summary>
    /// <exception cref="SafetensorsFormatException">Invalid JSON, or JSON that is not a safetensors header.</exception>
    public void Parse()
    {
        try
        {
            _reader.Read();
            ParseRoot();
            _reader.Read();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The reader reports malformed UTF-8 in a name as an InvalidOperationException.
            throw In(_location, $"the header is not valid JSON: {failure.Message.TrimEnd('.')}");
        }
    }

    private void ParseRoot()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw In(_location, "the header is not a JSON object");
        }

        while (NextProperty() is { } name)
        {
            if (name == MetadataName)
            {
                ParseMetadata();
            }
            else if (!Entries.TryAdd(name, ParseEntry(name)))
            {
                throw In(_location, $"tensor {Quote(name)} is listed twice");
            }
        }
    }

    private void ParseMetadata()
    {
        if (_hasMetadata || _reader.TokenType != JsonTokenType.StartObject)
        {
            throw In(_location, _hasMetadata ? $"{MetadataName} is there twice" : $"{MetadataName} is not a JSON object");
        }

        _hasMetadata = true;
        while (NextProperty() is { } key)
        {
            if (_reader.TokenType != JsonTokenType.String)
            {
                throw In(_location, $"the metadata {Quote(key)} is not a text");
            }

            if (!Metadata.TryAdd(key, _reader.GetString()!))
            {
                throw In(_location, $"the metadata {Quote(key)} is there twice");
            }
        }
    }

    private SafetensorsEntry ParseEntry(string name)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw OfTensor(name, "is not described by a JSON object");
        }

        var fields = new SafetensorsEntryFields();
        while (NextProperty() is { } field)
        {
            switch (field)
            {
                case "dtype":
                    fields.Type = fields.Type is null ? ParseText(name) : throw Repeated(name, field);
                    break;
                case "shape":
                    fields.Shape = fields.Shape is null ? ParseNumbers(name, field, MaximumDimensions) : throw Repeated(name, field);
                    break;
                case "data_offsets":
                    fields.Offsets = fields.Offsets is null ? ParseNumbers(name, field, 2) : throw Repeated(name, field);
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }

        return fields.ToEntry(name, _dataStart, _location);
    }

    private readonly string ParseText(string name) => _reader.TokenType == JsonTokenType.String
        ? _reader.GetString()!
        : throw OfTensor(name, "has a dtype that is not a text");

    private List<long> ParseNumbers(string name, string field, int maximum)
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            throw OfTensor(name, $"has a {field} that is not a list");
        }

        var numbers = new List<long>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out var number) || number < 0)
            {
                throw OfTensor(name, $"has a {field} with something that is not a whole number from 0 to {long.MaxValue}");
            }

            if (numbers.Count == maximum)
            {
                throw OfTensor(name, $"has a {field} of more than {maximum} numbers");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    // Moves to the value of the next property of the current object; null at its end.
    private string? NextProperty()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        var name = _reader.GetString()!;
        _reader.Read();
        return name;
    }

    private readonly SafetensorsFormatException Repeated(string name, string field) =>
        OfTensor(name, $"has the field '{field}' twice");

    private readonly SafetensorsFormatException OfTensor(string name, string problem) =>
        In(_location, $"tensor {Quote(name)} {problem}");
}
