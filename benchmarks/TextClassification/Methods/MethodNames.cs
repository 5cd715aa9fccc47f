namespace RouteSae.ClassificationBenchmark;

/// <summary>Names of methods to which others are compared.</summary>
internal static class MethodNames
{
    public const string FeaturizeText = "FeaturizeText";
    public const string TfIdf = "TF-IDF words + characters";
    public const string Words = "TF-IDF words";
    public const string RouteSae = "RouteSAE max";
    public const string Together = "RouteSAE max + TF-IDF";
}
