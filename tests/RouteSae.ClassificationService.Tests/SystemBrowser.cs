namespace RouteSae.ClassificationService.Tests;

/// <summary>Finds a Chromium that is installed on the machine; none is downloaded.</summary>
internal static class SystemBrowser
{
    public const string Variable = "CHROMIUM_PATH";

    public const string Missing = $"No Chromium was found. Install one (Debian: the package chromium), or name its executable in the environment variable {Variable}.";

    private static readonly string[] WellKnown =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
        Environment.ExpandEnvironmentVariables(@"%ProgramFiles%\Google\Chrome\Application\chrome.exe"),
        Environment.ExpandEnvironmentVariables(@"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe"),
    ];

    public static string? Path { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : WellKnown.FirstOrDefault(File.Exists);
}
