namespace RouteSae.MLNet;

/// <summary>What is wrong with options: a sentence each, which says what to do.</summary>
internal static class RouteSaeOptionsProblems
{
    public static IEnumerable<string> Of(RouteSaeOptions options) =>
        [.. OfModel(options), .. OfFeatures(options), .. OfColumns(options), .. OfWork(options), .. options.Training?.Problems() ?? []];

    private static IEnumerable<string> OfModel(RouteSaeOptions options)
    {
        if (options.Model is not null && string.IsNullOrWhiteSpace(options.Model))
        {
            yield return "Model is empty. Name the folder of a bundle, or leave it null for the embedded model.";
        }
    }

    private static IEnumerable<string> OfFeatures(RouteSaeOptions options)
    {
        foreach (var problem in Unknown(nameof(options.Pooling), options.Pooling).Concat(Unknown(nameof(options.Weighting), options.Weighting)))
        {
            yield return problem;
        }

        if (options.AdditionalPoolings is null)
        {
            yield return "AdditionalPoolings is null. Leave it empty for none.";
        }
        else if (options.AdditionalPoolings.SelectMany(pooling => Unknown(nameof(options.AdditionalPoolings), pooling)).FirstOrDefault() is { } unknown)
        {
            yield return unknown;
        }
        else if (options.AdditionalPoolings.Append(options.Pooling).GroupBy(pooling => pooling).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            yield return $"AdditionalPoolings holds {twice.Key}, which is there already. Name each pooling once, in Pooling or here.";
        }

        if (options.TopFeatures < 1)
        {
            yield return $"TopFeatures is {options.TopFeatures}. It must be at least 1, or null for all features.";
        }

        if (!(options.MinimumActivation >= 0 && float.IsFinite(options.MinimumActivation)))
        {
            yield return FormattableString.Invariant($"MinimumActivation is {options.MinimumActivation}. It must be 0 or more.");
        }
    }

    private static IEnumerable<string> OfColumns(RouteSaeOptions options)
    {
        var columns = options.FurtherColumns();
        foreach (var (option, _) in columns.Where(column => string.IsNullOrWhiteSpace(column.Name)))
        {
            yield return $"{option} is empty. Name a column, or leave it null for none.";
        }

        foreach (var same in columns.GroupBy(column => column.Name).Where(group => group.Count() > 1))
        {
            yield return $"{string.Join(" and ", same.Select(column => column.Option))} name the same column '{same.Key}'. Each needs a name of its own.";
        }
    }

    private static IEnumerable<string> OfWork(RouteSaeOptions options)
    {
        if (options.MaxTokens < 1)
        {
            yield return $"MaxTokens is {options.MaxTokens}. It must be at least 1, or null for the whole context.";
        }

        if (options.BatchSize is < 1 or > 65_536)
        {
            yield return $"BatchSize is {options.BatchSize}. It must be 1 to 65536 rows.";
        }

        if (options.TokensPerBatch is < 16 or > 1_048_576)
        {
            yield return $"TokensPerBatch is {options.TokensPerBatch}. It must be 16 to 1048576 tokens.";
        }

        if (options.CacheMegabytes is < 0 or > 65_536)
        {
            yield return $"CacheMegabytes is {options.CacheMegabytes}. It must be 0 to 65536.";
        }

        foreach (var problem in Unknown(nameof(options.Precision), options.Precision))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> Unknown<T>(string name, T value)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? [] : [$"{name} is {value:D}. Choose one of {string.Join(", ", Enum.GetNames<T>())}."];
}
