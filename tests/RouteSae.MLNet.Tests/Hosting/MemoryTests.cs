using System.Runtime.CompilerServices;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using RouteSae.MLNet.Hosting;

namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>What a model leaves behind when another has taken its place.</summary>
public sealed class MemoryTests(SavedClassifiers models) : IClassFixture<SavedClassifiers>
{
    [Fact]
    public async Task All_models_are_loaded_on_one_thread()
    {
        await using var provider = new ServiceCollection()
            .AddRouteSae<MadeLetter, Verdict>(options => (options.ModelPath, options.WatchModel) = (models.Old, false)).BuildServiceProvider();
        var predictor = provider.GetRequiredService<RouteSaePredictor<MadeLetter, Verdict>>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => predictor.ReloadAsync()));

        MadeLetter.Makers.Should().HaveCountGreaterThanOrEqualTo(4);
        MadeLetter.Makers.Distinct().Should().ContainSingle().Which.Name.Should().Be("RouteSae loader");
    }

    [Fact]
    public void A_replaced_model_is_released_once_no_request_uses_it()
    {
        var slot = new ModelSlot<Article, Article>();
        var freed = 0;
        var old = Serve(slot, () => freed++);
        freed.Should().Be(0);

        Serve(slot, () => { });

        freed.Should().Be(1);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        old.Should().OnlyContain(reference => !reference.IsAlive);
    }

    [Fact]
    public void A_model_is_freed_once_when_its_last_user_has_left()
    {
        var freed = 0;
        var served = new ServedModel<Article, Article>(new MLContext(seed: 1), new FakeModel().Transformer(), () => freed++);
        served.TryUse().Should().BeTrue();

        served.Release();
        freed.Should().Be(0, "somebody uses it");
        served.Release();

        freed.Should().Be(1);
    }

    // Not inlined, so that no register or stack slot of the test holds what it asks about.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Serve(ModelSlot<Article, Article> slot, Action freed)
    {
        var transformer = new FakeModel().Transformer();
        var served = new ServedModel<Article, Article>(new MLContext(seed: 1), transformer, freed);
        slot.TryReplace(served).Should().BeTrue();
        var used = slot.Use()!;
        used.Predict([new Article { Text = "a text" }]).Should().ContainSingle();
        used.Release();
        return [new WeakReference(served), new WeakReference(transformer)];
    }
}
