using System.Runtime.InteropServices;
using Xunit;

namespace RouteSae.Tests.Native;

/// <summary>A test of what only happens on 64-bit Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Skip = "The native library is repaired on Linux x64 only.";
        }
    }
}
