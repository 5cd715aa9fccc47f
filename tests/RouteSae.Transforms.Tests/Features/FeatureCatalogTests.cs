using FluentAssertions;
using RouteSae.Features;
using Xunit;

namespace RouteSae.Tests.Features;

public sealed class FeatureCatalogTests
{
    [Fact]
    public void Names_hold_the_latent_and_its_tokens()
    {
        var catalog = new FeatureCatalog(
        [
            new FeatureDescription { Tokens = [" Olympics", " Olympic", " medal"] },
            new FeatureDescription(),
            new FeatureDescription { Tokens = ["\n\t\r", "\u0007"] },
        ]);

        catalog.Names.Should().Equal("f0 ·  Olympics| Olympic| medal", "f1", "f2 · \\n\\t\\r|\\u0007");
    }

    [Fact]
    public void Json_keeps_tokens_and_densities()
    {
        var catalog = new FeatureCatalog([new FeatureDescription { Tokens = [" naïve", "\"", "\n", "語"], Density = 0.125 }, new FeatureDescription()]);

        var read = FeatureCatalog.Parse(catalog.ToJson(), latents: 2, "here");

        read.Features.Should().BeEquivalentTo(catalog.Features, options => options.WithStrictOrdering());
    }

    [Fact]
    public void An_unnamed_catalogue_numbers_its_latents() => FeatureCatalog.Unnamed(3).Names.Should().Equal("f0", "f1", "f2");
}
