using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Runs all methods, settings and seeds on a set, as far as the work folder lacks them.</summary>
internal sealed class SetRun(ClassificationOptions options, BenchmarkedModel model, LabeledSet set, Action<string> log, CancellationToken cancellationToken)
{
    /// <summary>Goes up when the same features give other results.</summary>
    private const int ProgramVersion = 2;

    /// <summary>Goes up when the same data give other features.</summary>
    private const int PassVersion = 1;

    private readonly ResultStore _store = new(options.Work, set.Name, Deciding(ProgramVersion, model, set));

    /// <summary>Runs what is missing.</summary>
    /// <returns>The results that were asked for.</returns>
    public IReadOnlyList<ResultRow> Run()
    {
        if (options.NoRun)
            return _store.Rows;
        log(set.ToString());
        var networks = new NetworkFeatures(model, set, options.Seeds, new PassFile(options.Work, set.Name, Deciding(PassVersion, model, set)), log, cancellationToken);
        var methods = Chosen(new MethodCatalog(set.Texts, networks, model.HiddenStates).All());
        var wanted = new HashSet<ResultKey>();
        foreach (var setting in options.Settings.Where(setting => setting.Fits(set)))
        {
            foreach (var method in methods.Where(method => setting == Setting.Full || method.IsMain))
                wanted.UnionWith(Run(new Classification(set, setting, method), setting, method));
        }
        return [.. _store.Rows.Where(row => wanted.Contains(row.Key))];
    }

    private IEnumerable<ResultKey> Run(Classification classification, Setting setting, Method method)
    {
        var keys = Enumerable.Range(1, options.Seeds).ToDictionary(
            seed => seed, seed => classification.Counts.Select(count => new ResultKey(set.Name, setting.Name, method.Name, count, seed)).ToArray());
        var missing = keys.Where(seed => !seed.Value.All(_store.Has)).Select(seed => seed.Key).ToArray();
        if (missing.Length > 0)
            Compute(classification, setting, method, missing);
        return keys.SelectMany(seed => seed.Value);
    }

    private void Compute(Classification classification, Setting setting, Method method, int[] seeds)
    {
        var clock = Stopwatch.StartNew();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        try
        {
            Parallel.ForEach(seeds, parallel, seed =>
            {
                foreach (var row in classification.Run(seed))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    _store.Add(row);
                }
            });
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
        var rows = _store.Rows.Where(row => row.Setting == setting.Name && row.Method == method.Name && row.K is null).ToArray();
        log(string.Create(
            CultureInfo.InvariantCulture,
            $"  {setting.Name}: {method.Name}: accuracy {rows.Average(row => row.Accuracy):F3}, log-loss {rows.Average(row => row.LogLoss):F3} ({seeds.Length} seed{(seeds.Length == 1 ? "" : "s")}, {clock.Elapsed.TotalSeconds:F1} s)"));
    }

    private IReadOnlyList<Method> Chosen(IReadOnlyList<Method> all)
    {
        if (options.Methods is null)
            return options.Quick ? [.. all.Where(method => method.IsMain || method.HasCurve)] : all;
        foreach (var part in options.Methods.Where(part => !all.Any(method => Contains(method, part))))
            throw new ArgumentException($"No method's name contains '{part}'. There are: {string.Join("; ", all.Select(method => method.Name))}.");
        return [.. all.Where(method => options.Methods.Any(part => Contains(method, part)))];
    }

    private static bool Contains(Method method, string part) => method.Name.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string Deciding(int version, BenchmarkedModel model, LabeledSet set)
    {
        var rows = string.Join('\n', set.Texts.Zip(set.Labels, (text, label) => $"{set.Classes[label]}\t{text}").Append(set.Note));
        return $"program {version}, data {Hash(Encoding.UTF8.GetBytes(rows))}, model {Hash(model.Bundle.ManifestBytes.Span)}";
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
}
