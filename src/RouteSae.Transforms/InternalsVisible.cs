using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("RouteSae.Transforms.Tests")]
