// The outline of two internal types of Microsoft.ML.Core, compiled by itself (MlCoreStub.targets) so that the compiler can
// write one assembly attribute. Any real Microsoft.ML.Core satisfies the version 0.0.0.1 that the reference asks for.
[assembly: System.Reflection.AssemblyVersion("0.0.0.1")]

namespace Microsoft.ML
{
    public delegate void SignatureLoadModel();

    [System.AttributeUsage(System.AttributeTargets.Assembly, AllowMultiple = true)]
    public sealed class LoadableClassAttribute : System.Attribute
    {
        public LoadableClassAttribute(
            System.Type instType, System.Type loaderType, System.Type argType, System.Type sigType, string userName, params string[] loadNames)
        {
        }
    }
}
