using Mono.Cecil;

namespace RouteSae.Architecture.Tests;

/// <summary>A compiled library, seen as rooms and arrows.</summary>
internal sealed class Building
{
    private readonly IReadOnlyList<Room> _rooms;
    private readonly IReadOnlyList<TypeDefinition> _types;

    private Building(IReadOnlyList<Room> rooms, IReadOnlyList<TypeDefinition> types) => (_rooms, _types) = (rooms, types);

    public static Building Load(string assembly, IReadOnlyList<Room> rooms) =>
        new(rooms, [.. ModuleDefinition.ReadModule(assembly).GetTypes().Where(type => IsOurs(Outermost(type).Namespace))]);

    /// <summary>The types that stand in no room.</summary>
    public IEnumerable<string> Homeless => _types.Where(type => RoomOf(type) is null).Select(type => type.FullName);

    /// <summary>All uses of a type of one room by a type of another.</summary>
    public IEnumerable<Arrow> Arrows =>
        from type in _types
        let origin = RoomOf(type)
        where origin is not null
        from used in UsedTypes.Of(type).DistinctBy(used => used.FullName)
        let target = RoomOf(used)
        where target is not null && target != origin
        select new Arrow(origin, target, type.FullName, used.FullName);

    private Room? RoomOf(TypeReference type)
    {
        var name = Outermost(type).Namespace;
        return _rooms.Where(room => room.Holds(name)).MaxBy(room => room.Namespace.Length);
    }

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsOurs(string name) => name == "RouteSae" || name.StartsWith("RouteSae.", StringComparison.Ordinal);
}
