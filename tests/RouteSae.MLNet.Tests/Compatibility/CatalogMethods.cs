using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>What the ML.NET packages beside this assembly offer on a catalogue, so that no method of a new version is forgotten.</summary>
internal static class CatalogMethods
{
    private static readonly Type[] Types =
        [.. Directory.GetFiles(AppContext.BaseDirectory, "Microsoft.ML.*.dll").Select(Assembly.LoadFrom).SelectMany(assembly => assembly.GetExportedTypes())];

    /// <summary>The names of the catalogue's own and extension methods that make an estimator, each once.</summary>
    public static string[] Of(Type catalog) =>
        [.. Own(catalog).Concat(Extensions(catalog)).Where(MakesEstimator).Select(method => method.Name).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<MethodInfo> Own(Type catalog) => catalog.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    private static IEnumerable<MethodInfo> Extensions(Type catalog) => Types
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
        .Where(method => method.IsDefined(typeof(ExtensionAttribute)) && method.GetParameters()[0].ParameterType == catalog);

    private static bool MakesEstimator(MethodInfo method) =>
        method.ReturnType.GetInterfaces().Append(method.ReturnType).Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEstimator<>));
}
