using System.Runtime.Intrinsics;

namespace RouteSae.LanguageModels.Engine;

/// <summary>A nonlinearity of 16 numbers; the equations stand at <see cref="ActivationKind"/>.</summary>
internal interface IActivation
{
    static abstract Vector512<float> Apply(Vector512<float> x);
}
