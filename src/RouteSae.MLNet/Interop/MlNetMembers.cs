using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Interop;

/// <summary>The members of Microsoft.ML.Core that are not public and that saving and loading need, found once.</summary>
internal sealed class MlNetMembers
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Lazy<MlNetMembers> Found = new(() => new MlNetMembers());

    private readonly List<string> _missing = [];

    private MlNetMembers()
    {
        var core = typeof(ICanSaveModel).Assembly;
        var version = Need(core.GetType("Microsoft.ML.VersionInfo"), "Microsoft.ML.VersionInfo");
        var load = Need(core.GetType("Microsoft.ML.ModelLoadContext"), "Microsoft.ML.ModelLoadContext");

        Type[] versionArguments = [typeof(string), typeof(uint), typeof(uint), typeof(uint), typeof(string), typeof(string), typeof(string)];
        CreateVersion = Need(version?.GetConstructor(Instance, versionArguments), "VersionInfo(string, uint, uint, uint, string, string, string)");
        SetVersion = Need(
            version is null ? null : typeof(ModelSaveContext).GetMethod("SetVersionInfo", Instance, [version]), "ModelSaveContext.SetVersionInfo(VersionInfo)");
        SaveStream = Need(
            typeof(ModelSaveContext).GetMethod("SaveBinaryStream", Instance, [typeof(string), typeof(Action<BinaryWriter>)]),
            "ModelSaveContext.SaveBinaryStream(string, Action<BinaryWriter>)");
        LoadStream = Need(
            load?.GetMethod("TryLoadBinaryStream", Instance, [typeof(string), typeof(Action<BinaryReader>)]) is { } method && method.ReturnType == typeof(bool) ? method : null,
            "bool ModelLoadContext.TryLoadBinaryStream(string, Action<BinaryReader>)");
        CreateShapeColumn = Need(
            typeof(SchemaShape.Column).GetConstructor(
                Instance, [typeof(string), typeof(SchemaShape.Column.VectorKind), typeof(DataViewType), typeof(bool), typeof(SchemaShape)]),
            "SchemaShape.Column(string, VectorKind, DataViewType, bool, SchemaShape)");
        LoadContext = load!;
        NeedVisibleAttribute(core);

        if (_missing.Count > 0)
        {
            throw new MlNetIncompatibleException(Describe(core));
        }
    }

    public static MlNetMembers Resolve() => Found.Value;

    public ConstructorInfo CreateVersion { get; }

    public MethodInfo SetVersion { get; }

    public MethodInfo SaveStream { get; }

    public MethodInfo LoadStream { get; }

    public ConstructorInfo CreateShapeColumn { get; }

    public Type LoadContext { get; }

    private T Need<T>(T? member, string description)
        where T : class
    {
        if (member is null)
        {
            _missing.Add(description);
        }

        return member!;
    }

    /// <summary>A runtime that skips the assembly's LoadableClass attribute could save a model that nobody can load.</summary>
    private void NeedVisibleAttribute(Assembly core)
    {
        if (Need(core.GetType("Microsoft.ML.LoadableClassAttributeBase"), "Microsoft.ML.LoadableClassAttributeBase") is not { } attribute)
        {
            return;
        }

        try
        {
            Need(typeof(MlNetMembers).Assembly.GetCustomAttributes(attribute).FirstOrDefault(), "the assembly attribute LoadableClass (this runtime does not see it)");
        }
        catch (Exception exception) when (exception is MissingMethodException or TypeLoadException or CustomAttributeFormatException or FileNotFoundException)
        {
            _missing.Add($"the assembly attribute LoadableClass ({exception.Message})");
        }
    }

    private string Describe(Assembly core)
    {
        var ours = typeof(MlNetMembers).Assembly.GetName();
        var theirs = core.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? core.GetName().Version?.ToString();
        return $"{ours.Name} {ours.Version} cannot save or load models with this ML.NET: {core.GetName().Name} {theirs} lacks "
            + $"{string.Join("; ", _missing)}. Update RouteSae.MLNet, or use an ML.NET version that it supports (5.0).";
    }
}
