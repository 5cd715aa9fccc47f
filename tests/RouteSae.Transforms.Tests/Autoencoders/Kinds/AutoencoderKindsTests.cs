using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kinds;

public sealed class AutoencoderKindsTests
{
    public static TheoryData<string> Names => [.. AutoencoderKinds.All.Select(kind => kind.Name)];

    [Fact]
    public void The_usual_kinds_are_known() =>
        AutoencoderKinds.All.Select(kind => kind.Name).Should().Contain(["batchTopK", "gated", "jumpRelu", "matryoshkaBatchTopK", "relu", "topK"]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Settings_describe_an_architecture_completely(string name)
    {
        var kind = AutoencoderKinds.Find(name)!;
        var architecture = kind.ArchitectureOf(new AutoencoderSettings { HiddenSize = 6, Latents = 16, ActiveLatents = 3 });

        kind.ArchitectureOf(kind.SettingsOf(architecture)).Should().Be(architecture);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_architecture_of_another_kind_is_refused(string name)
    {
        var kind = AutoencoderKinds.Find(name)!;
        AutoencoderArchitecture other = name == "jumpRelu"
            ? new TopKArchitecture { HiddenSize = 6, Latents = 16, ActiveLatents = 3 }
            : new JumpReluArchitecture { HiddenSize = 6, Latents = 16 };

        FluentActions.Invoking(() => kind.Create(other, seed: 1)).Should().Throw<ArgumentException>().WithMessage($"{kind.Title} needs a *");
    }
}
