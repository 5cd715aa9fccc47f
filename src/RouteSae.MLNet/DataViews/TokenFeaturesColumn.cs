using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>The codes of a text's T pooled tokens, [T, M]: one sparse vector of variable length T · M, token by token.</summary>
internal sealed class TokenFeaturesColumn(string name, int latents, float minimumActivation)
    : OutputColumn(name, new VectorDataViewType(NumberDataViewType.Single, 0, latents))
{
    public override Delegate Getter(Func<TextCodes> current)
    {
        ValueGetter<VBuffer<float>> getter = (ref VBuffer<float> value) => Vector(current()).CopyTo(checked(current().TokenCount * latents), ref value);
        return getter;
    }

    private FeatureVector Vector(TextCodes codes)
    {
        var (indices, values) = (new List<int>(), new List<float>());
        for (var token = 0; token < codes.TokenCount; token++)
        {
            int[] own = codes.LatentsOf(token).ToArray();
            float[] activations = codes.ValuesOf(token).ToArray();
            Array.Sort(own, activations);
            for (var i = 0; i < own.Length; i++)
            {
                if (minimumActivation <= 0 || activations[i] >= minimumActivation)
                {
                    indices.Add(token * latents + own[i]);
                    values.Add(activations[i]);
                }
            }
        }

        return new FeatureVector([.. indices], [.. values]);
    }
}
