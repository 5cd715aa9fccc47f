namespace RouteSae.Tokens;

/// <summary>Reads the "post_processor" of a tokenizer.json.</summary>
internal static class SpecialTokenFrameReader
{
    private const string Supported = "BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing";

    public static SpecialTokenFrame Read(JsonPart part) => part.Text("type") switch
    {
        "BertProcessing" or "RobertaProcessing" => new SpecialTokenFrame([ReadPair(part.Required("cls"))], [ReadPair(part.Required("sep"))]),
        "ByteLevel" => SpecialTokenFrame.Empty, // trims Hugging Face's offsets; ours keep the space of a word
        "Sequence" => part.Required("processors").Items().Select(Read)
            .Aggregate(SpecialTokenFrame.Empty, (inner, outer) => inner.Within(outer)),
        "TemplateProcessing" => ReadTemplate(part),
        var other => throw part.Unsupported($"the post-processor '{other}'", Supported),
    };

    // ["[CLS]", 101]
    private static int ReadPair(JsonPart part)
    {
        var pair = part.Items().ToList();
        return pair.Count == 2 ? pair[1].Id() : throw part.Error("expected a token and its id");
    }

    private static SpecialTokenFrame ReadTemplate(JsonPart part)
    {
        var before = new List<int>();
        var after = new List<int>();
        var sequences = 0;
        foreach (var item in part.Required("single").Items())
        {
            if (item.Optional("Sequence") is not null)
            {
                sequences++;
            }
            else
            {
                var name = item.Required("SpecialToken").Text("id");
                var token = part.Required("special_tokens").Required(name);
                (sequences == 0 ? before : after).AddRange(token.Required("ids").Items().Select(id => id.Id()));
            }
        }

        return sequences == 1
            ? new SpecialTokenFrame(before, after)
            : throw part.Required("single").Error("the template must contain the text exactly once");
    }
}
