using System.Text.Json;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

public sealed class NormalizedMseTests
{
    [Theory]
    [InlineData("norm_mse")]
    [InlineData("norm_mse4")]
    public void EqualsReference(string name)
    {
        using var tensors = new GoldenTensors(RepositoryFiles.Golden("sae", "functions.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", "functions.json")));
        using var mean = NormalizedMse.Mean(tensors[$"{name}.x_hat"], tensors[$"{name}.x"]);

        mean.item<float>().Should().BeApproximately(json.RootElement.GetProperty(name).GetSingle(), 1e-6f);
    }

    [Fact]
    public void HandComputed()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 3, 4, 1, 1 }).view(2, 2);
        var reconstruction = tensor(new float[] { 0, 0, 1, 2 }).view(2, 2);

        // (9 + 16) / (9 + 16) and (0 + 1) / (1 + 1)
        NormalizedMse.PerToken(reconstruction, x).data<float>().ToArray().Should().Equal(1f, 0.5f);
    }
}
