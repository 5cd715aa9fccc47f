using System.Text;

namespace RouteSae.Tests.Tokens;

/// <summary>Writes a SentencePiece character map: a double-array trie and the replacements that it points to.</summary>
internal static class CharacterMapBytes
{
    public static byte[] Write(params (string Key, string Replacement)[] rules)
    {
        var replacements = new List<byte>();
        var values = new Dictionary<string, int>();
        foreach (var (key, replacement) in rules)
        {
            values[Bytes(key)] = replacements.Count;
            replacements.AddRange([.. Encoding.UTF8.GetBytes(replacement), 0]);
        }

        var units = new uint[1 << 14];
        var used = new bool[units.Length];
        used[0] = true;
        var taken = new HashSet<int>();
        Place("", 0, values, units, used, taken);
        return [.. BitConverter.GetBytes(units.Length * sizeof(uint)), .. units.SelectMany(BitConverter.GetBytes), .. replacements];
    }

    // One character a byte, so that prefixes can be compared.
    private static string Bytes(string key) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(key));

    private static void Place(string prefix, int node, Dictionary<string, int> values, uint[] units, bool[] used, HashSet<int> taken)
    {
        var labels = values.Keys.Where(key => key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => (int)key[prefix.Length]).Distinct().ToList();
        var isKey = values.ContainsKey(prefix);
        List<int> all = isKey ? [0, .. labels] : labels;
        var children = Enumerable.Range(1, units.Length).First(place => !taken.Contains(place) && all.All(label => !used[place ^ label]));
        taken.Add(children);
        all.ForEach(label => used[children ^ label] = true);
        units[node] |= (uint)(node ^ children) << 10 | (isKey ? 1u << 8 : 0);
        if (isKey)
        {
            units[children] = (uint)values[prefix] | 1u << 31;
        }

        foreach (var label in labels)
        {
            units[children ^ label] = (uint)label;
            Place(prefix + (char)label, children ^ label, values, units, used, taken);
        }
    }
}
