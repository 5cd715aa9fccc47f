using RouteSae.Bundles;
using RouteSae.Files;
using RouteSae.TinyModel;

namespace RouteSae.MLNet.Models;

/// <summary>The bundle that comes with the library, in the data package RouteSae.TinyModel.</summary>
internal sealed class EmbeddedBundleFiles : IBundleFiles
{
    public EmbeddedBundleFiles()
        : this(TinyModelFiles.Names)
    {
    }

    internal EmbeddedBundleFiles(IReadOnlyCollection<string> names)
    {
        Names = names;
        if (!names.Contains(BundleManifest.FileName))
        {
            throw new BundleFormatException(
                "This build of RouteSae.TinyModel holds no embedded model (its data folder was empty when it was built). "
                + "Name the folder of a bundle in RouteSaeOptions.Model, or install a released RouteSae.TinyModel.");
        }
    }

    public string Location => "the embedded model (RouteSae.TinyModel)";

    public IReadOnlyCollection<string> Names { get; }

    public Stream Open(string name) => TinyModelFiles.Open(name);
}
