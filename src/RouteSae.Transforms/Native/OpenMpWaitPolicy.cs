using System.Runtime.Versioning;

namespace RouteSae.Native;

/// <summary>
/// Lets idle OpenMP workers sleep. By default libgomp's workers spin after each parallel region, which steals the
/// cores from the managed code that runs between two torch operations.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class OpenMpWaitPolicy
{
    private const string Variable = "OMP_WAIT_POLICY";

    /// <summary>
    /// Sets <c>OMP_WAIT_POLICY=PASSIVE</c> unless the user chose a value. libgomp reads it once, when it is loaded, and
    /// reads it natively: .NET's own environment is a copy that native code does not see.
    /// </summary>
    public static void PreferPassive()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            _ = Libc.SetEnvironmentVariable(Variable, "PASSIVE", overwrite: 0);
        }
    }
}
