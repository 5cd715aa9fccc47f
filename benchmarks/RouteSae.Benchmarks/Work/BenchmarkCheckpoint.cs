using RouteSae.Bundles;
using RouteSae.LanguageModels;

namespace RouteSae.Benchmarks.Work;

/// <summary>A checkpoint folder in bfloat16: random weights, or those of the embedded model. Removed when disposed.</summary>
internal sealed class BenchmarkCheckpoint : IDisposable
{
    public BenchmarkCheckpoint(DecoderConfig config)
    {
        using var model = DecoderModel.CreateRandom(config, seed: 1, Precision.BFloat16);
        model.Save(Path, Precision.BFloat16);
    }

    public BenchmarkCheckpoint(EmbeddedBundle bundle)
    {
        Copy(bundle, BundleFileNames.ModelConfig, "config.json");
        Copy(bundle, BundleFileNames.ModelWeights, "model.safetensors");
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("routesae-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Copy(EmbeddedBundle bundle, string name, string target)
    {
        using var source = bundle.Open(name);
        using var file = File.Create(System.IO.Path.Combine(Path, target));
        source.CopyTo(file);
    }
}
