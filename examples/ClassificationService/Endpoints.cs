using RouteSae.MLNet.Hosting;

namespace ClassificationService;

/// <summary>The two questions that the service answers.</summary>
internal static class Endpoints
{
    private const int ExplainedFeatures = 12;

    public static void MapClassification(this WebApplication app, Limits limits)
    {
        var predictor = app.Services.GetRequiredService<RouteSaePredictor<TextRow, Verdict>>();
        app.MapPost("/classify", async (HttpRequest request) =>
            {
                var texts = await RequestBody.ReadTextsAsync(request, limits);
                var verdicts = await predictor.PredictAsync([.. texts.Select(text => new TextRow { Text = text })], request.HttpContext.RequestAborted);
                return TypedResults.Ok(new Classifications([.. verdicts.Select(Classification.Of)]));
            })
            .WithSummary("Classifies texts.")
            .Accepts<RequestTexts>("application/json").Produces<Classifications>().ProducesProblems();

        app.MapPost("/explain", async (HttpRequest request) =>
            {
                if (await RequestBody.ReadTextsAsync(request, limits) is not [var text])
                    throw new BadRequest(400, "The request cannot be used.", "Only one text can be explained at a time. Send { \"text\": \"…\" }.");
                var explained = await predictor.ExplainAsync(new TextRow { Text = text }, ExplainedFeatures, request.HttpContext.RequestAborted);
                return TypedResults.Ok(Explanation.Of(text, explained));
            })
            .WithSummary("Classifies a text and says which features decided, and where in the text they fired.")
            .Accepts<RequestText>("application/json").Produces<Explanation>().ProducesProblems().ProducesProblem(501);
    }

    private static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder endpoint) =>
        new[] { 400, 413, 415, 503 }.Aggregate(endpoint, (builder, status) => builder.ProducesProblem(status));
}
