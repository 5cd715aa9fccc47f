using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.MLNet;
using Xunit;

namespace RouteSae.Architecture.Tests;

/// <summary>Arrows between rooms point one way, down the list of <see cref="FloorPlan"/>.</summary>
public sealed class FloorPlanTests
{
    private static readonly string TransformsAssembly = typeof(SparseAutoencoder).Assembly.Location;
    private static readonly string MlNetAssembly = typeof(RouteSaeOptions).Assembly.Location;

    [Fact]
    public void Transforms_has_only_the_arrows_of_the_plan() => Check(Building.Load(TransformsAssembly, FloorPlan.Transforms));

    [Fact]
    public void MLNet_has_only_the_arrows_of_the_plan() => Check(Building.Load(MlNetAssembly, FloorPlan.MLNet));

    [Fact]
    public void The_plan_has_no_circle()
    {
        foreach (var rooms in new[] { FloorPlan.Transforms, FloorPlan.MLNet })
        {
            for (var place = 0; place < rooms.Count; place++)
            {
                rooms[place].Uses.Should().BeSubsetOf(rooms.Take(place).Select(room => room.Namespace), "{0} uses only rooms before it", rooms[place].Namespace);
            }
        }
    }

    private static void Check(Building building)
    {
        building.Homeless.Should().BeEmpty("each type stands in a room of the plan");
        building.Arrows.Where(arrow => !arrow.IsAllowed).Select(arrow => arrow.ToString()).Should().BeEmpty();
    }
}
