extern alias mlstub;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using RouteSae.MLNet.Interop;
using RouteSae.MLNet.Pipelines;

// This attribute is how mlContext.Model.Load finds RouteSaeTransformer in a process that has never heard of it: the zip names
// this assembly, ML.NET loads it and looks for the attribute. Its type is internal, so access checks are waived for ML.NET's core.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: mlstub::Microsoft.ML.LoadableClass(
    typeof(ITransformer), typeof(RouteSaeTransformer), null, typeof(mlstub::Microsoft.ML.SignatureLoadModel),
    "RouteSAE features", MlNetInterop.LoaderSignature)]

namespace System.Runtime.CompilerServices
{
    /// <summary>The runtime looks for an attribute of this name; the framework does not define it.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}
