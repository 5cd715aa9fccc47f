namespace RouteSae.ClassificationService.Tests;

/// <summary>Tests that share one trained service, and run one after the other because they all want the processor.</summary>
[CollectionDefinition(Name)]
public sealed class ServiceTests : ICollectionFixture<TrainedService>
{
    public const string Name = "service";
}
