namespace RouteSae.Architecture.Tests;

/// <summary>
/// The rooms of the libraries, from the ground floor upwards, and what each may use. A room uses only rooms that stand before it in the
/// list, so there can be no circle.
/// </summary>
internal static class FloorPlan
{
    private static readonly string[] Ground = ["Checks", "Files", "Native", "Kernels", "Tensors"];

    /// <summary>The rooms of RouteSae.Transforms.</summary>
    public static IReadOnlyList<Room> Transforms { get; } = InNamespace(
        "RouteSae",
        ("Checks", []),
        ("Files", []),
        ("Native", ["Files"]),
        ("Kernels", ["Native"]),
        ("Tensors", ["Checks", "Files", "Native", "Kernels"]),
        ("Hub", [.. Ground]),
        ("Tokens", [.. Ground]),
        ("LanguageModels", [.. Ground, "Hub", "Tokens"]),
        ("Autoencoders", [.. Ground]),
        ("Training", [.. Ground, "Tokens", "LanguageModels", "Autoencoders"]),
        ("Evaluation", [.. Ground, "Tokens", "LanguageModels", "Autoencoders"]),
        ("Features", [.. Ground, "Tokens", "LanguageModels", "Autoencoders"]),
        ("Interpretation", [.. Ground, "Tokens", "Autoencoders", "Features"]),
        ("Bundles", [.. Ground, "Hub", "Tokens", "LanguageModels", "Autoencoders", "Training", "Features", "Interpretation"]),
        ("Published", [.. Ground, "Tokens", "LanguageModels", "Autoencoders", "Bundles"]),
        ("Reference", [.. Ground, "Tokens", "LanguageModels", "Autoencoders", "Training", "Evaluation", "Published"]));

    /// <summary>The rooms of RouteSae.MLNet. Its root holds the options; all of them may use all of RouteSae.Transforms.</summary>
    public static IReadOnlyList<Room> MLNet { get; } = InNamespace(
        "RouteSae.MLNet",
        ("", []),
        ("Interop", [""]),
        ("Models", [""]),
        ("DataViews", ["", "Interop", "Models"]),
        ("Persistence", ["", "Interop", "Models"]),
        ("Pipelines", ["", "Interop", "Models", "DataViews", "Persistence"]),
        ("Explanations", ["", "Models", "DataViews", "Pipelines"]),
        ("Experiments", ["", "Interop", "Models", "DataViews", "Pipelines"]),
        ("Hosting", ["", "Models", "DataViews", "Pipelines", "Explanations"]));

    private static Room[] InNamespace(string root, params (string Name, string[] Uses)[] rooms)
    {
        string Full(string name) => name.Length == 0 ? root : $"{root}.{name}";
        return [.. rooms.Select(room => new Room(Full(room.Name), [.. room.Uses.Select(Full)]))];
    }
}
