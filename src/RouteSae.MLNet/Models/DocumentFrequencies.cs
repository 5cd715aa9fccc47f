using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using RouteSae.Features;

namespace RouteSae.MLNet.Models;

/// <summary>Counts in how many texts of a column each latent is active.</summary>
internal static class DocumentFrequencies
{
    private const int TextsBetweenReports = 10_000;

    /// <summary>Runs over the column once and fits what the options ask for.</summary>
    public static FittedFeatures Fit(IHost host, RouteSaeOptions options, IDataView data, string column, int latents, Func<IReadOnlyList<string?>, EncodedTexts> encode)
    {
        using var channel = host.Start("Fit");
        var (frequencies, texts) = (new int[latents], 0L);
        foreach (var window in TextColumn.Read(data, column).Chunk(options.BatchSize))
        {
            foreach (var codes in encode(window).Codes)
            {
                foreach (var latent in codes.Pool(Pooling.Binary, options.MinimumActivation).Indices)
                {
                    frequencies[latent]++;
                }
            }

            if (texts / TextsBetweenReports < (texts + window.Length) / TextsBetweenReports)
            {
                channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture, $"{texts + window.Length} texts counted."));
            }

            texts += window.Length;
        }

        return FittedFeatures.Fit(options, frequencies, texts);
    }
}
