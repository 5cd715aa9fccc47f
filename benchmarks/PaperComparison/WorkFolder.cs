using System.Security.Cryptography;
using System.Text;
using RouteSae.Files;

namespace RouteSae.PaperComparison;

/// <summary>Where trained models and results are kept: all of one set of options, so that no old result passes for a new one.</summary>
internal sealed class WorkFolder
{
    private const string OptionsName = "options.txt";

    private readonly string _folder;

    /// <summary>Opens or makes the folder.</summary>
    /// <exception cref="ArgumentException">The folder is of other options.</exception>
    public WorkFolder(ComparisonOptions options)
    {
        _folder = options.Work;
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, OptionsName);
        if (!File.Exists(path))
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(options.Deciding)));
        else if (File.ReadAllText(path) is var found && found != options.Deciding)
            throw new ArgumentException($"{_folder} holds what was trained and measured with other options ({found}; now {options.Deciding}). Choose another folder by --work, or delete it.");
    }

    public string Model(Candidate candidate, int seed) => Path.Combine(_folder, $"{candidate.Name} seed {seed}.safetensors");

    public string Result(Candidate candidate, int seed) => Path.Combine(_folder, $"{candidate.Name} seed {seed}.json");

    /// <summary>The checkpoints of a sweep, which only the same candidates go on from.</summary>
    public string Checkpoints(IEnumerable<Candidate> candidates, int seed)
    {
        var names = string.Join('\n', candidates.Select(candidate => candidate.Name));
        return Path.Combine(_folder, $"checkpoints seed {seed} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(names)))[..8]}");
    }
}
