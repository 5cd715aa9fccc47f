using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Work;

/// <summary>A checkpoint folder with the sizes of Llama-3.2-1B and random bfloat16 weights, written a tensor at a time. Removed when disposed.</summary>
internal sealed class SyntheticCheckpoint : IDisposable
{
    private const int Layers = 16;
    private const int Hidden = 2048;
    private const int Wide = 8192;
    private const int KeyValue = 512;
    private const int Vocabulary = 128_256;

    private const string Configuration = """
        {
          "model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
          "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 128256,
          "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "tie_word_embeddings": true,
          "rope_scaling": { "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192 }
        }
        """;

    private SyntheticCheckpoint(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Bytes of the weights.</summary>
    public long Bytes => new FileInfo(Path.Combine(Folder, "model.safetensors")).Length;

    public static SyntheticCheckpoint Write()
    {
        var checkpoint = new SyntheticCheckpoint(Directory.CreateTempSubdirectory("routesae-").FullName);
        File.WriteAllText(Path.Combine(checkpoint.Folder, "config.json"), Configuration);
        var tensors = Tensors().ToArray();
        using var generator = new Generator(1);
        SafetensorsPieces.Write(Path.Combine(checkpoint.Folder, "model.safetensors"), tensors.Select(tensor => (tensor.Name, ScalarType.BFloat16, tensor.Shape)), pieces =>
        {
            foreach (var (name, shape) in tensors)
            {
                using var scope = NewDisposeScope();
                pieces.Write(name, 0, shape.Length == 1 ? ones(shape) : randn(shape, ScalarType.BFloat16, generator: generator).mul_(1 / Math.Sqrt(shape[1])));
            }
        });
        return checkpoint;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static IEnumerable<(string Name, long[] Shape)> Tensors()
    {
        yield return ("model.embed_tokens.weight", [Vocabulary, Hidden]);
        yield return ("model.norm.weight", [Hidden]);
        foreach (var layer in Enumerable.Range(0, Layers).Select(index => $"model.layers.{index}."))
        {
            yield return (layer + "input_layernorm.weight", [Hidden]);
            yield return (layer + "post_attention_layernorm.weight", [Hidden]);
            yield return (layer + "self_attn.q_proj.weight", [Hidden, Hidden]);
            yield return (layer + "self_attn.k_proj.weight", [KeyValue, Hidden]);
            yield return (layer + "self_attn.v_proj.weight", [KeyValue, Hidden]);
            yield return (layer + "self_attn.o_proj.weight", [Hidden, Hidden]);
            yield return (layer + "mlp.gate_proj.weight", [Wide, Hidden]);
            yield return (layer + "mlp.up_proj.weight", [Wide, Hidden]);
            yield return (layer + "mlp.down_proj.weight", [Hidden, Wide]);
        }
    }
}
