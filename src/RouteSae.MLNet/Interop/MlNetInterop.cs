using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace RouteSae.MLNet.Interop;

/// <summary>The one place that touches members of ML.NET that are not public.</summary>
internal static class MlNetInterop
{
    /// <summary>The name under which ML.NET looks up the loader; at most 24 Latin-1 characters.</summary>
    public const string LoaderSignature = "RouteSaeTransform";

    /// <summary>Exactly 8 characters, as the header demands.</summary>
    private const string ModelSignature = "ROUTESAE";

    /// <summary>Constant: the format that we version is the one in our own manifest stream.</summary>
    private const uint HeaderVersion = 0x00010001;

    /// <summary>Checks this ML.NET once.</summary>
    /// <exception cref="MlNetIncompatibleException">It lacks something; the message lists everything.</exception>
    public static void EnsureCompatible() => MlNetMembers.Resolve();

    public static void WriteHeader(ModelSaveContext context)
    {
        var members = MlNetMembers.Resolve();

        // The simple assembly name: with a version in it, an older release could not even begin to load a newer model.
        var assembly = typeof(MlNetInterop).Assembly.GetName().Name;
        var version = members.CreateVersion.Invoke([ModelSignature, HeaderVersion, HeaderVersion, HeaderVersion, assembly, LoaderSignature, null]);
        members.SetVersion.Invoke(context, BindingFlags.DoNotWrapExceptions, null, [version], null);
    }

    public static void WriteStream(ModelSaveContext context, string name, Action<Stream> write)
    {
        Action<BinaryWriter> writer = binary => write(binary.BaseStream);
        MlNetMembers.Resolve().SaveStream.Invoke(context, BindingFlags.DoNotWrapExceptions, null, [name, writer], null);
    }

    /// <summary>Reads a named stream of a model that is being loaded.</summary>
    /// <returns>Whether the model has such a stream.</returns>
    public static bool TryReadStream(object modelLoadContext, string name, Action<Stream> read)
    {
        var members = MlNetMembers.Resolve();
        if (!members.LoadContext.IsInstanceOfType(modelLoadContext))
        {
            throw new ArgumentException($"A {members.LoadContext.FullName} was expected, not a {modelLoadContext.GetType().FullName}.", nameof(modelLoadContext));
        }

        Action<BinaryReader> reader = binary => read(binary.BaseStream);
        return (bool)members.LoadStream.Invoke(modelLoadContext, BindingFlags.DoNotWrapExceptions, null, [name, reader], null)!;
    }

    public static SchemaShape.Column ShapeColumn(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, SchemaShape? annotations = null) =>
        (SchemaShape.Column)MlNetMembers.Resolve().CreateShapeColumn.Invoke([name, kind, itemType, false, annotations]);

    /// <summary>The environment behind mlContext.Transforms, for its log and seed; a fresh one where this ML.NET keeps it elsewhere.</summary>
    public static IHostEnvironment Environment(TransformsCatalog catalog) =>
        typeof(TransformsCatalog).GetField("_env", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(catalog) as IHostEnvironment ?? new MLContext();

    /// <summary>Tells the components of a context to stop, as AutoML does; where this ML.NET has no such call, what is under way goes on to its end.</summary>
    public static void CancelExecution(MLContext context) =>
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, [])?.Invoke(context, null);
}
